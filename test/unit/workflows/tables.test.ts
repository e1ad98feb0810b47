import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { checkoutTable, inline, serviceTable, table } from '../../../workflows/tables.js';
import { aCheckout } from '../../support/story.js';

const bars = (line: string) => (line.match(/(?<!\\)(\\\\)*\|/g) ?? []).length;

describe('workflows/tables', () => {
  it('a table is heads, a rule and rows', () => {
    expect(table(['a', 'b'], [['1', '2']])).toBe('| a | b |\n| --- | --- |\n| 1 | 2 |');
  });

  it.each([0, 1, 40, 41, 500])('of %d rows at most 40 are shown, and the rest is counted', (count) => {
    const lines = table(
      ['a'],
      Array.from({ length: count }, (_, index) => [String(index)]),
    ).split('\n');
    expect(lines.filter((line) => /^\| \d+ \|$/.test(line))).toHaveLength(Math.min(count, 40));
    expect(lines.some((line) => line === `… and ${count - 40} more`)).toBe(count > 40);
  });

  it('whatever a cell holds, a row keeps its columns and its line', () => {
    const awkward = fc.string({
      unit: fc.constantFrom('|', '\\', '\n', '\r', '`', '<', 'a', ' ', '#', '\u2028', '😀'),
    });
    fc.assert(
      fc.property(fc.oneof(awkward, fc.string({ minLength: 150, maxLength: 200 })), (text) => {
        const lines = table(['a', 'b'], [[text, text]]).split('\n');
        expect(lines).toHaveLength(3);
        expect(bars(lines[2] ?? '')).toBe(3);
      }),
      { numRuns: 500 },
    );
  });

  it.each(['|', '<', '>', '`', '*', '_', '[', ']', '\\', '~'])('%s is escaped', (character) => {
    expect(inline(`a${character}b`)).toBe(`a\\${character}b`);
  });

  it('options are code, so that they can be pasted', () => {
    expect(inline('insist with: birdkeeper deploy --force')).toBe('insist with: birdkeeper deploy `--force`');
    expect(inline('git branch --set-upstream-to=origin/main, or a_b')).toBe(
      'git branch `--set-upstream-to=origin/main`, or a\\_b',
    );
  });

  it('lines are joined', () => {
    expect(inline('a\r\n\n# b')).toBe('a # b');
  });

  it('a checkout shows old → new only when it is behind, and its error or files rather than a subject', () => {
    const lines = checkoutTable([
      aCheckout('a', 'behind'),
      aCheckout('b', 'up to date', { subject: 'Same' }),
      aCheckout('c', 'dirty', { files: ['x', 'y'] }),
      aCheckout('d', 'unreachable'),
      { name: 'e', dir: '/srv/e', word: 'missing', behind: 0, ahead: 0 },
    ]).split('\n');
    expect(lines.slice(2)).toEqual([
      '| a | behind | aaaaaaa → bbbbbbb | Raise the limit |',
      '| b | up to date | aaaaaaa | Same |',
      '| c | dirty | aaaaaaa | x, y |',
      '| d | unreachable | aaaaaaa | connection refused |',
      '| e | missing | unknown |  |',
    ]);
  });

  it('a service shows decision, reason and health; one that is only looked at shows nothing to do', () => {
    const lines = serviceTable(
      [
        { service: 'web', action: 'signal', signal: 'HUP', reason: 'label' },
        { service: 'db', action: 'recreate', reason: 'image' },
      ],
      [
        { service: 'web', health: 'healthy' },
        { service: 'cache', health: 'unhealthy', detail: 'exit 1' },
      ],
    ).split('\n');
    expect(lines.slice(2)).toEqual([
      '| web | signal HUP | label | healthy |',
      '| db | recreate | image |  |',
      '| cache | nothing |  | unhealthy (exit 1) |',
    ]);
  });
});
