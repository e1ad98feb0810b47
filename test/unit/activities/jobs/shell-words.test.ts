import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literal, quoted, tokens } from '../../../../activities/jobs/shell-words.js';

const shown = (text: string) =>
  tokens(text).map((token) =>
    token.kind === 'word'
      ? token.text
      : token.kind === 'operator'
        ? `OP ${token.text}`
        : `REDIRECT ${token.operator} ${token.target?.text ?? ''}`.trim(),
  );

describe('activities/jobs/shell-words', () => {
  it.each<[string, string[]]>([
    ['a b  c', ['a', 'b', 'c']],
    [`sh -c 'a > b' "c > d"`, ['sh', '-c', "'a > b'", '"c > d"']],
    ['x >> /logs/a.log 2>&1', ['x', 'REDIRECT >> /logs/a.log', 'REDIRECT 2>& 1']],
    ['x &> f', ['x', 'REDIRECT &> f']],
    ['x>f<g', ['x', 'REDIRECT > f', 'REDIRECT < g']],
    ['a2>f', ['a2', 'REDIRECT > f']],
    ['a; b && c | d', ['a', 'OP ;', 'b', 'OP &&', 'c', 'OP |', 'd']],
    ['a $(b > c; d) e', ['a', '$(b > c; d)', 'e']],
    ['a `b > c` e', ['a', '`b > c`', 'e']],
    ['a "$(b ")" > c)" d', ['a', '"$(b ")" > c)"', 'd']],
    ['a ${X:-b > c} d', ['a', '${X:-b > c}', 'd']],
    [`a $'it\\'s > x' d`, ['a', `$'it\\'s > x'`, 'd']],
    ['a <(b > c) d', ['a', '<(b > c)', 'd']],
    ['a # b > c', ['a']],
    ['a#b', ['a#b']],
    ['a \\> b', ['a', '\\>', 'b']],
    ['a \\\n b\nc', ['a', 'b', 'OP \n', 'c']],
    ["a 'open > b", ['a', "'open > b"]],
    ['a >', ['a', 'REDIRECT >']],
    ['echo "it\'s" > f', ['echo', '"it\'s"', 'REDIRECT > f']],
  ])('%j', (text, expected) => {
    expect(shown(text)).toEqual(expected);
  });

  it('never loses its place', () => {
    const parts = ["'", '"', '$(', ')', '`', '\\', '>', '<', ' ', 'a', '\n', '#', '${', '}', '&', '2', ';'];
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...parts), { maxLength: 30 }), (list) => {
        const text = list.join('');
        let end = 0;
        for (const token of tokens(text)) {
          expect(token.start).toBeGreaterThanOrEqual(end);
          end = token.kind === 'word' ? token.end : token.start + 1;
          if (token.kind === 'word') expect(text.slice(token.start, token.end)).toBe(token.text);
        }
      }),
    );
  });

  it.each<[string, string | undefined]>([
    ['/a/b', '/a/b'],
    [`'/a b'`, '/a b'],
    [`"/a b"/c`, '/a b/c'],
    ['/a\\ b', '/a b'],
    ['$X', undefined],
    ['"$X"', undefined],
    ['/a/*', undefined],
    ['~/x', undefined],
  ])('literal %j', (word, expected) => {
    expect(literal(word)).toBe(expected);
  });

  it('what is quoted is one word that means the text', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(tokens(quoted(text))).toMatchObject([{ kind: 'word', text: quoted(text) }]);
        expect(literal(quoted(text))).toBe(text);
      }),
    );
  });
});
