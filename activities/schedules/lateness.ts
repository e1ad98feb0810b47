/** Whether a run that waited for a worker comes too late. Pure. */
import { Cron } from 'croner';
import type { Frequency } from '../shared/frequency.js';

type Due = Exclude<Frequency, { kind: 'none' }>;

export interface Waited {
  /** What the server started it for. */
  readonly due: Date;
  readonly now: Date;
  /** How late it may begin. */
  readonly catchUpSeconds: number;
  readonly timeZone: string;
}

/**
 * What the server decides of runs that it missed itself, for one that it started while the worker was away: it begins when its
 * schedule was due no longer ago than that. A run that a person started was due at none of the schedule's times.
 */
export function isTooLate(frequency: Due, { due, now, catchUpSeconds, timeZone }: Waited): boolean {
  const since = new Date(now.getTime() - catchUpSeconds * 1_000);
  if (due >= since || !isDueAt(frequency, due, timeZone)) return false;
  const next = nextDue(frequency, since, timeZone);
  return next === undefined || next > now.getTime();
}

const isDueAt = (frequency: Due, time: Date, timeZone: string): boolean =>
  nextDue(frequency, new Date(time.getTime() - 1_000), timeZone) === time.getTime();

/** In milliseconds; undefined when there is none. */
function nextDue(frequency: Due, after: Date, timeZone: string): number | undefined {
  if (frequency.kind === 'interval') {
    const period = frequency.seconds * 1_000;
    return (Math.floor(after.getTime() / period) + 1) * period;
  }
  const times = frequency.expressions.flatMap(
    (expression) => new Cron(expression, { timezone: timeZone, domAndDow: true }).nextRun(after)?.getTime() ?? [],
  );
  return times.length === 0 ? undefined : Math.min(...times);
}
