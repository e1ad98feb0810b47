import { describe, expect, it } from 'vitest';
import { parseDuration } from '../../../../activities/shared/duration.js';

describe('activities/shared/duration', () => {
  it.each([
    [90, 90],
    [0.5, 0.5],
    ['45s', 45],
    ['5m', 300],
    ['1h30m', 5400],
    ['7d', 604_800],
  ])('%j is %d s', (text, seconds) => {
    expect(parseDuration(text, { least: 0 })).toBe(seconds);
  });

  it.each(['', '5', '5 m', '-5m', '8d', 'm', null, undefined, NaN, Infinity, -1, [5], {}])('%j is refused', (text) => {
    expect(() => parseDuration(text, { least: 0 })).toThrow(
      'should be seconds (90) or a time (5m, 1h30m), from 0 s to 7d',
    );
  });

  it('keeps to the least', () => {
    expect(() => parseDuration(0, { least: 1 })).toThrow('from 1 s to 7d');
  });
});
