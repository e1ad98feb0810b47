import { describe, expect, it } from 'vitest';
import {
  longestGap,
  progressSamples,
  scheduleSamples,
  type ScheduleFact,
} from '../../../../worker/metrics/schedules.js';

const NOW = new Date('2026-11-27T12:00:00Z');
const key = { stack: 's', task: 'check', name: '' } as const;

function told(fact: Partial<ScheduleFact>): Record<string, number> {
  const schedule = { ...key, intervalSeconds: 60, paused: false, due: [], ...fact };
  const samples = scheduleSamples([schedule], NOW.getTime());
  return Object.fromEntries(samples.map(({ name, value }) => [name.replace('birdkeeper_schedule_', ''), value]));
}

describe('worker/metrics/schedules', () => {
  it.each([
    ['@every 5m', 300],
    ['*/5 * * * *', 300],
    ['@hourly', 3_600],
    ['7 5 * * *', 86_400],
    // Friday evening to Monday morning is the longest.
    ['0 5 * * 1-5', 3 * 86_400],
    ['0 8,18 * * *', 14 * 3_600],
    ['@monthly', 31 * 86_400],
    ['', 0],
    ['nonsense', 0],
  ])('the longest time between two runs of %j is %d s', (text, seconds) => {
    expect(longestGap(text, NOW)).toBe(seconds);
  });

  it('tells when it is due next', () => {
    const next = NOW.getTime() + 5_000;
    expect(told({ due: [next, next + 60_000] })).toEqual({
      interval_seconds: 60,
      next_run_timestamp_seconds: next / 1_000,
      lag_seconds: 0,
      paused: 0,
    });
  });

  it('tells how long one is overdue, and what comes after it', () => {
    const due = NOW.getTime() - 90_000;
    expect(told({ due: [due, NOW.getTime() + 1_000] })).toMatchObject({
      lag_seconds: 90,
      next_run_timestamp_seconds: NOW.getTime() / 1_000 + 1,
    });
  });

  it('is never due nor late while it is paused', () => {
    expect(told({ paused: true, due: [NOW.getTime() - 90_000] })).toMatchObject({
      lag_seconds: 0,
      next_run_timestamp_seconds: 0,
      paused: 1,
    });
  });

  it('tells the older of two runs in progress, and 0 of what does not run', () => {
    const job = { stack: 's', task: 'job', name: 'tick' } as const;
    const samples = progressSamples(
      [key, job],
      [
        { ...job, startedAt: 9_000 },
        { ...job, startedAt: 7_000 },
        { ...key, stack: 'other', startedAt: 1_000 },
      ],
    );
    expect(
      samples.map(({ name, labels, value }) => [name.slice('birdkeeper_run_'.length), labels['task'], value]),
    ).toEqual([
      ['in_progress', 'check', 0],
      ['started_timestamp_seconds', 'check', 0],
      ['in_progress', 'job', 1],
      ['started_timestamp_seconds', 'job', 7],
    ]);
  });
});
