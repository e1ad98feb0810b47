import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { secondsWithout, type Sample } from '../../../bench/outage.js';

/** A request each 20 ms that takes 5 ms; `.` is answered, `x` is not. */
const polled = (signs: string): Sample[] =>
  [...signs].map((sign, turn) => ({ sent: turn * 20, ended: turn * 20 + 5, ok: sign === '.' }));

describe('bench/outage', () => {
  it.each([
    ['', 0],
    ['.....', 0],
    ['..x..', 0.04],
    ['..xxx..', 0.08],
    ['.x.x.', 0.08],
    ['..xx', 0.04],
    ['xx..', 0.045],
  ])('%j is %d s without an answer', (signs, seconds) => {
    expect(secondsWithout(polled(signs))).toBeCloseTo(seconds, 6);
  });

  it('is never longer than the time that was polled', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[.x]{1,50}$/), (signs) => {
        const samples = polled(signs);
        expect(secondsWithout(samples)).toBeLessThanOrEqual(((samples.at(-1)?.ended ?? 0) + 1e-9) / 1000);
      }),
    );
  });
});
