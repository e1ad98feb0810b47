import { describe, expect, it } from 'vitest';
import { parseSize, showSize } from '../../../../activities/notebooks/size.js';

describe('activities/notebooks/size', () => {
  it.each([
    ['200M', 200 * 1024 ** 2],
    ['2 GB', 2 * 1024 ** 3],
    ['1kib', 1024],
    [1000, 1000],
  ])('%s', (text, bytes) => {
    expect(parseSize(text)).toBe(bytes);
  });

  it.each(['', '0', '-1', '1.5M', '2T', 'M', 1.5, Number.NaN, '999999999999G'])('%j is none', (text) => {
    expect(parseSize(text)).toBeUndefined();
  });

  it('is shown in the nearest unit', () => {
    expect([500, 2048, 1.5 * 1024 ** 2, 200 * 1024 ** 2, 2 * 1024 ** 3].map(showSize)).toEqual([
      '0.5 kB',
      '2 kB',
      '1.5 MB',
      '200 MB',
      '2 GB',
    ]);
  });
});
