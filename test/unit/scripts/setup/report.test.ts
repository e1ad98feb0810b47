import { describe, expect, it } from 'vitest';
import { inWords } from '../../../../scripts/setup/report.mjs';

describe('scripts/setup/report', () => {
  it.each([
    [40, '0.0 s'],
    [9_940, '9.9 s'],
    [9_960, '10 s'],
    [201_000, '3 min 21 s'],
  ])('%s ms is %s', (ms, words) => {
    expect(inWords(ms)).toBe(words);
  });
});
