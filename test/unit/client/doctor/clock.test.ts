import { describe, expect, it } from 'vitest';
import { judgeClock } from '../../../../client/doctor/clock.js';

describe('client/doctor/clock', () => {
  it.each([
    [0, 'ok', 'agrees'],
    [5_000, 'ok', 'agrees'],
    [-5_400, 'ok', 'agrees'],
    [6_000, 'warn', 'it is 6 s ahead of this one'],
    [-60_000, 'warn', 'it is 60 s behind this one'],
    [NaN, 'warn', 'no time that can be read'],
  ])('a difference of %d ms is %s', (difference, result, finding) => {
    expect(judgeClock('x', 1e12 + difference, 1e12)).toMatchObject({
      result,
      finding: expect.stringContaining(finding) as string,
    });
  });
});
