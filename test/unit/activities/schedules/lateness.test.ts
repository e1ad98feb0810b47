import { describe, expect, it } from 'vitest';
import { isTooLate } from '../../../../activities/schedules/lateness.js';
import { parseFrequency } from '../../../../activities/shared/frequency.js';

describe('activities/schedules/lateness', () => {
  const decided = (text: string, due: string, now: string, catchUpSeconds: number, timeZone = 'UTC') => {
    const frequency = parseFrequency(text);
    if (frequency.kind === 'none') throw new Error(text);
    return isTooLate(frequency, { due: new Date(due), now: new Date(now), catchUpSeconds, timeZone });
  };

  it.each<[string, string, string, number, boolean]>([
    ['@every 1m', '2026-01-02T03:04:00Z', '2026-01-02T03:04:05Z', 10, false],
    ['@every 1m', '2026-01-02T03:04:00Z', '2026-01-02T03:04:11Z', 10, true],
    // Another time that it was due is near enough: the run stands for that one too.
    ['@every 1m', '2026-01-02T03:04:00Z', '2026-01-02T03:09:05Z', 10, false],
    ['@every 1m', '2026-01-02T03:04:00Z', '2026-01-02T03:09:30Z', 60, false],
    ['0 3 * * *', '2026-01-02T03:00:00Z', '2026-01-02T09:00:00Z', 10, true],
    ['0 3 * * *', '2026-01-02T03:00:00Z', '2026-01-02T09:00:00Z', 7 * 3_600, false],
    ['0 3 * * *', '2026-01-02T03:00:00Z', '2026-01-05T03:00:04Z', 10, false],
    ['0 3 * * *', '2026-01-02T03:00:00Z', '2026-01-05T02:59:59Z', 10, true],
    // A person started it.
    ['0 3 * * *', '2026-01-02T03:00:01Z', '2026-01-02T09:00:00Z', 10, false],
    ['@every 1h', '2026-01-02T03:04:00Z', '2026-01-02T09:00:30Z', 10, false],
  ])('%s, due at %s, at %s with %d s: %s', (text, due, now, seconds, late) => {
    expect(decided(text, due, now, seconds)).toBe(late);
  });

  it('is due by the clock of its zone', () => {
    const at = ['2026-01-02T08:00:00Z', '2026-01-02T09:00:00Z'] as const;
    expect(decided('0 3 * * *', ...at, 10, 'America/Toronto')).toBe(true);
    expect(decided('0 3 * * *', ...at, 10, 'UTC')).toBe(false);
  });
});
