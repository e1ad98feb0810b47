import fc from 'fast-check';
import { parse, stringify } from 'yaml';
import { describe, expect, it } from 'vitest';
import { hostileText, isSentence } from '../../../../support/hostile.js';
import { DOCUMENTED } from '../../../../support/merging/alertmanager.js';
import { merge } from '../../../../support/merging/merge.js';

interface Config {
  global: Record<string, unknown>;
  route: { routes: unknown[] };
  inhibit_rules: unknown[];
  receivers: { name: string }[];
}

const built = parse(merge({}).text) as Config;

/** Words that YAML has another meaning for, depending on its version and on quotes. */
const word = fc.oneof(
  fc.string({ unit: 'grapheme-ascii', maxLength: 12 }),
  fc.constantFrom(
    'yes',
    'on',
    '010',
    '1e3',
    'null',
    '~',
    '',
    '# no comment',
    'a: b',
    '- a',
    '$NAME ${SMTP_SERVER}',
    "it's",
    '"',
    'ü',
    '1:30',
  ),
  fc.constantFrom('two\nlines', 'ends in a line\n', ' blanks '),
);
const value = fc.letrec((tie) => ({
  any: fc.oneof(
    { maxDepth: 3, withCrossShrink: true },
    word,
    fc.boolean(),
    fc.integer(),
    fc.array(tie('any'), { maxLength: 3 }),
    fc.dictionary(fc.stringMatching(/^[a-z]\w{0,5}$/), tie('any'), { maxKeys: 3, noNullPrototype: true }),
  ),
})).any;
const key = fc.stringMatching(/^[a-z]\w{2,8}$/).filter((name) => !(name in built.global));

/** As somebody writes it: indented by any width, lists under their key or behind it, line ends of another system. */
const written = fc.record({
  indent: fc.integer({ min: 2, max: 8 }),
  before: fc.integer({ min: 0, max: 6 }),
  indentSeq: fc.boolean(),
  crlf: fc.boolean(),
  begins: fc.constantFrom('', '\n', '\n\n  # a comment\n'),
});
const asWritten = (
  data: unknown,
  {
    indent,
    before,
    indentSeq,
    crlf,
    begins,
  }: { indent: number; before: number; indentSeq: boolean; crlf: boolean; begins: string },
) => {
  const text = stringify(data, { indent, indentSeq, lineWidth: 0, blockQuote: false })
    .split('\n')
    .map((line) => (line === '' ? '' : `${' '.repeat(before)}${line}`))
    .join('\n');
  return (begins + text).replaceAll('\n', crlf ? '\r\n' : '\n');
};

describe('activities/stack/merging/render-merged', () => {
  it('merges any data, however it is written', () => {
    const data = fc.record({
      global: fc.dictionary(key, value, { minKeys: 1, maxKeys: 4, noNullPrototype: true }),
      inhibitions: fc.array(value, { minLength: 1, maxLength: 3 }),
      names: fc.uniqueArray(fc.stringMatching(/^[a-z][\w-]{2,8}$/), { minLength: 1, maxLength: 3 }),
    });
    fc.assert(
      fc.property(data, written, ({ global, inhibitions, names }, how) => {
        const own = names.filter((name) => !built.receivers.some((receiver) => receiver.name === name));
        fc.pre(own.length > 0);
        const receivers = own.map((name) => ({ name, webhook_configs: [{ url: 'http://x/$TOKEN' }] }));
        const routes = own.map((receiver) => ({ matchers: ['a="b"'], receiver, continue: true }));
        const { text, troubles } = merge({
          EXTRA_GLOBAL: asWritten(global, how),
          EXTRA_ROUTES: asWritten({ routes }, how),
          EXTRA_INHIBITION: asWritten(inhibitions, how),
          EXTRA_RECEIVERS: asWritten(receivers, how),
        });
        expect(troubles).toEqual([]);
        const [last] = built.route.routes;
        expect(parse(text)).toEqual({
          ...built,
          global: { ...built.global, ...global },
          route: {
            ...built.route,
            routes: [
              { receiver: 'admin-emails', matchers: ['alertname!="Watchdog"'], continue: true },
              ...routes,
              last,
            ],
          },
          inhibit_rules: [...built.inhibit_rules, ...inhibitions],
          receivers: [...built.receivers, ...receivers],
        });
      }),
      { numRuns: 300 },
    );
  });

  it('whatever the text is: it is merged and reads, or is refused in sentences without a value', () => {
    const nasty = [
      '&a [*a]',
      '*a',
      '<<: *x',
      '? [a]',
      '!!binary x',
      '%YAML 1.1\n---\n',
      '- - -',
      '{',
      '\t',
      '\u0085',
      '\u2028',
      'routes:',
      '- name: x',
      '__proto__: 1',
      '|',
      '>-\n',
    ];
    const text = fc.oneof(
      hostileText,
      fc
        .array(fc.constantFrom(...nasty, ' ', '\n', '  ', 'a: 1', '- b', '"', "'", '#'), { maxLength: 12 })
        .map((parts) => parts.join('')),
      // A documented text in which something has gone or come.
      fc
        .tuple(
          fc.constantFrom(...Object.values(DOCUMENTED)),
          fc.nat(),
          fc.nat({ max: 5 }),
          fc.constantFrom('', ...nasty),
        )
        .map(([good, at, gone, come]) => {
          const place = at % good.length;
          return good.slice(0, place) + come + good.slice(place + gone);
        }),
    );
    const variable = fc.constantFrom('EXTRA_GLOBAL', 'EXTRA_ROUTES', 'EXTRA_INHIBITION', 'EXTRA_RECEIVERS');
    fc.assert(
      fc.property(variable, text, (name, given) => {
        const all = name === 'EXTRA_RECEIVERS' ? {} : { EXTRA_RECEIVERS: DOCUMENTED.EXTRA_RECEIVERS };
        const { text: made, messages } = merge({ ...all, [name]: given });
        for (const message of messages) {
          expect(message.startsWith(`${name} line `) && isSentence(message), message).toBe(true);
          expect(message).not.toMatch(/secret|https|T00/);
        }
        if (messages.length === 0) expect(() => parse(made, { mapAsMap: true }) as unknown).not.toThrow();
      }),
      { numRuns: 1_500 },
    );
  });
});
