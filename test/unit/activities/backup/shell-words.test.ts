import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { shellCommands } from '../../../../activities/backup/shell-words.js';

describe('activities/backup/shell-words', () => {
  it.each<[string, string[][]]>([
    ['a \'b c\' "d  e"x', [['a', 'b c', 'd  ex']]],
    ['a; b && c | d\ne', [['a'], ['b'], ['c'], ['d'], ['e']]],
    ['a \\\n  b # c ; d\ne#f', [['a', 'b'], ['e#f']]],
    ['-a \\* ${X Y}-$(p | q)', [['-a', '*', '${X Y}-$(p | q)']]],
    [`"it's \\"quoted\\" and \\n"`, [[`it's "quoted" and \\n`]]],
    ["''", [['']]],
    ['', []],
    ["a 'unclosed", [['a', "'unclosed"]]],
  ])('%j', (text, commands) => {
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
});
