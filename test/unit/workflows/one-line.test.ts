import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { oneLine, shortLine } from '../../../workflows/one-line.js';

describe('workflows/one-line', () => {
  it('takes out what breaks a line, steers a terminal or turns its rest around', () => {
    expect(oneLine(' a\r\n\tb\u001b[2Jc\u202ed\u200be\u2028f ')).toBe('a b [2Jc d e f');
  });

  it('cuts between characters and says so', () => {
    expect(shortLine('abc', 3)).toBe('abc');
    expect(shortLine('abcd', 3)).toBe('ab…');
    expect(shortLine('😀😀😀😀', 3)).toBe('😀😀…');
  });

  it('holds for thousands of texts', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), fc.integer({ min: 1, max: 20 }), (text, most) => {
        const line = shortLine(text, most);
        expect([...line].length).toBeLessThanOrEqual(most);
        expect(line.isWellFormed()).toBe(true);
        expect(line).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
      }),
      { numRuns: 2_000 },
    );
  });
});
