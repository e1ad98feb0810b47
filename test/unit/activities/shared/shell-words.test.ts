import { execFileSync } from 'node:child_process';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { literal, quoted, shellCommands, splitWords, tokens } from '../../../../activities/shared/shell-words.js';

const shown = (text: string) =>
  tokens(text).map((token) =>
    token.kind === 'word'
      ? token.text
      : token.kind === 'operator'
        ? `OP ${token.text}`
        : `REDIRECT ${token.operator} ${token.target?.text ?? ''}`.trim(),
  );

describe('activities/shared/shell-words', () => {
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

  it.each<[string, string[][]]>([
    ['a \'b c\' "d  e"x', [['a', 'b c', 'd  ex']]],
    ['a; b && c | d\ne', [['a'], ['b'], ['c'], ['d'], ['e']]],
    ['a \\\n  b # c ; d\ne#f', [['a', 'b'], ['e#f']]],
    ['-a \\* ${X Y}-$(p | q)', [['-a', '*', '${X Y}-$(p | q)']]],
    [`"it's \\"quoted\\" and \\n"`, [[`it's "quoted" and \\n`]]],
    ["''", [['']]],
    ['', []],
    ["a 'unclosed", [['a', "'unclosed"]]],
    ['a >> "x y" 2>&1', [['a', '>>', 'x y', '2>&', '1']]],
    ['(a; b) & c', [['a'], ['b'], ['c']]],
    ['a $(b "c)" d) e', [['a', '$(b "c)" d)', 'e']]],
  ])('commands of %j', (text, commands) => {
    expect(shellCommands(text)).toEqual(commands);
  });

  it('quoted words come through unchanged, and any text ends', () => {
    const word = fc.string().filter((text) => !text.includes("'") && !text.includes('\\\n'));
    fc.assert(
      fc.property(fc.array(word, { minLength: 1 }), (words) => {
        expect(shellCommands(words.map((each) => `'${each}'`).join(' '))).toEqual([words]);
      }),
    );
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom(...`a '"\\$\{}()#;&|\n`) }), (text) => void shellCommands(text)),
    );
  });

  it.each([
    ['', []],
    [' \t\n ', []],
    ['--include=*/ --include=*.nc\t--exclude=*\n', ['--include=*/', '--include=*.nc', '--exclude=*']],
    ['--exclude="a b"', ['--exclude="a', 'b"']],
    ['$(touch x) `y` $HOME', ['$(touch', 'x)', '`y`', '$HOME']],
    ['a\u00a0b', ['a\u00a0b']],
  ])('splits %j', (text, words) => {
    expect(splitWords(text)).toEqual(words);
  });

  it('splits any text as a shell splits an unquoted variable', () => {
    const letters = fc.constantFrom(...' \t\n"\'\\$`*?[]-=ax~;&|(){}é\u00a0\v\f\r');
    fc.assert(
      fc.property(fc.string({ unit: letters, maxLength: 30 }), (text) => {
        // Without the patterns that find files, which no option means.
        const script = 'set -f; for word in $TEXT; do printf "%s\\0" "$word"; done';
        const said = execFileSync('/bin/sh', ['-c', script], { env: { TEXT: text } }).toString();
        expect(splitWords(text)).toEqual(said.split('\0').slice(0, -1));
      }),
      { numRuns: 150 },
    );
  });
});
