import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { lineThrough, median, spreadOf } from '../../../bench/statistics.js';

const some = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 1, maxLength: 20 });

describe('bench/statistics', () => {
  it.each([
    [[3], 3],
    [[1, 2], 1.5],
    [[10, 1, 2], 2],
    [[100, 10, 9, 1], 9.5],
  ])('the median of %j is %d', (values, middle) => {
    expect(median(values)).toBe(middle);
  });

  it('there is no median of nothing', () => {
    expect(() => median([])).toThrow('no median of nothing');
  });

  it('as many values lie below the median as above it, in whatever order they come', () => {
    fc.assert(
      fc.property(some, (values) => {
        const middle = median(values);
        expect(values.filter((value) => value < middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(values.filter((value) => value > middle).length).toBeLessThanOrEqual(values.length / 2);
        expect(median([...values].reverse())).toBe(middle);
      }),
    );
  });

  it('a spread names least and most', () => {
    expect(spreadOf([4, 1, 9])).toEqual({ least: 1, median: 4, most: 9 });
  });

  it('a line goes through points that lie on one', () => {
    const line = lineThrough([1, 10, 30, 100].map((size) => ({ size, value: 300 + 7 * size })));
    expect(line.base).toBeCloseTo(300);
    expect(line.each).toBeCloseTo(7);
  });

  it('one size says nothing of growth', () => {
    expect(lineThrough([{ size: 3, value: 12 }])).toEqual({ base: 12, each: 0 });
  });
});
