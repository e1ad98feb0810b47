import fc from 'fast-check';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { decode, encode } from '../../../../activities/shared/bytes.js';
import type { ConfigVariable } from '../../../../client/handlers.js';
import { renderVariables } from '../../../../client/render/variables.js';
import { ENV, scratch, shellNamed, write } from '../../activities/stack/fixture.js';

let root: string;
let remove: () => void;
const shells: Record<string, string> = {};
beforeAll(() => {
  ({ root, remove } = scratch());
  for (const kind of ['dash', 'busybox', 'bash'] as const) shells[kind] = shellNamed(kind, root);
});
afterAll(() => remove());

const bytes = fc
  .array(
    fc.oneof(
      fc.string({ unit: 'binary', maxLength: 8 }).map((text) => Buffer.from(text, 'utf8')),
      fc.uint8Array({ maxLength: 8 }).map((part) => Buffer.from(part)),
      fc
        .constantFrom("'", "'\\''", '\n', '\r\n', '\\', '"', '`', '$(exit 1)', '${X', '=', '\x01', '\x7f')
        .map((text) => Buffer.from(text)),
    ),
    { maxLength: 6 },
  )
  .map((parts) => Buffer.from(Buffer.concat(parts).filter((byte) => byte !== 0)));
const variables = fc
  .array(fc.tuple(bytes, fc.boolean()), { minLength: 5, maxLength: 40 })
  .map((all) =>
    all.map(([value, exported], at): ConfigVariable => ({ name: `V${at}`, value: decode(value), exported })),
  );

/** NAME=VALUE and a NUL, as `env -0` and `nul` write it. */
function parsed(text: Buffer): Map<string, string> {
  const words = decode(text).split('\0').slice(0, -1);
  return new Map(words.map((word) => [word.slice(0, word.indexOf('=')), word.slice(word.indexOf('=') + 1)]));
}

const asMap = (all: readonly ConfigVariable[]) => new Map(all.map(({ name, value }) => [name, value]));

/** Each without and, where it makes another form, with a quote. */
const VALUES = [
  ...['', ' a ', '\n a\n b', 'a"b', 'a=b', 'é😀', '\t\r\n!', '# x # y', '`a`', '%s', 'x\\\ny'],
  ...['$X ${Y} $$', '${X:-y}', '\\$X', '$(x)', '$1 $', '\\n', '\\a\\b\\v\\012\\0', 'a\\', 'a\\\\', '\\\\\\'],
].flatMap((value) => [value, `'${value}`, `${value}'`]);

describe('client/render/variables', () => {
  it.each(['dash', 'busybox', 'bash'])('shell: %s that evaluates it has exactly these values', (kind) => {
    // As a script takes what `birdkeeper config env` prints.
    const script = String.raw`
      eval "$(cat "$1")"
      for name in $2; do eval "printf '%s=%s\0' $name \"\$$name\""; done
      printf '\0'
      env -0
    `;
    fc.assert(
      fc.property(variables, fc.constantFrom('C', 'C.UTF-8'), (all, locale) => {
        const file = join(root, 'variables.sh');
        writeFileSync(file, renderVariables(all, 'shell'));
        const said = execFileSync(
          shells[kind] ?? '',
          ['-c', script, 'sh', file, all.map(({ name }) => name).join(' ')],
          { env: { PATH: ENV.PATH, LC_ALL: locale } },
        );
        const end = said.indexOf('\0\0') + 1;
        expect(parsed(said.subarray(0, end))).toEqual(asMap(all));
        const environment = parsed(said.subarray(end + 1));
        for (const { name, value, exported } of all) expect(environment.get(name)).toBe(exported ? value : undefined);
      }),
      { numRuns: 15 },
    );
  });

  it('nul: every value as it is, in the order given', () => {
    fc.assert(
      fc.property(variables, (all) => {
        const text = renderVariables(all, 'nul');
        expect([...parsed(text)]).toEqual([...asMap(all)]);
        expect(encode(decode(text))).toEqual(text);
      }),
    );
    expect(renderVariables([], 'nul')).toHaveLength(0);
  });

  it('dotenv: Compose reads the values back', () => {
    const values = Object.fromEntries(VALUES.map((value, at) => [`V${at}`, value]));
    const all = Object.entries(values).map(([name, value]) => ({ name, value, exported: true }));
    write(root, { 'a.env': renderVariables(all, 'dotenv'), 'compose.yml': 'services: { a: { image: x } }\n' });
    const file = (name: string) => join(root, name);
    const args = ['compose', '--env-file', file('a.env'), '-f', file('compose.yml'), 'config', '--environment'];
    const said = execFileSync('docker', args, { env: ENV, encoding: 'utf8' });
    const read = said.split(/\n(?=[A-Z][A-Z_0-9]*=)/).map((line) => /^(V\d+)=([^]*)$/.exec(line));
    // The last line ends, which its value does not.
    const found = new Map(read.flatMap((match) => (match ? [[match[1], match[2]] as const] : [])));
    for (const [name, value] of Object.entries(values)) {
      expect(found.get(name)?.replace(/\n$/, ''), JSON.stringify(value)).toBe(value.replace(/\n$/, ''));
    }
  });

  it('json: an object of strings, in the order given', () => {
    const all = VALUES.map((value, at) => ({ name: `V_${at}`, value, exported: false }));
    const read = JSON.parse(renderVariables(all, 'json').toString('utf8')) as Record<string, string>;
    expect(Object.entries(read)).toEqual(all.map(({ name, value }) => [name, value]));
  });
});
