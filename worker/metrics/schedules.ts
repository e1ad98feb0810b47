/** What is known of schedules and of what runs now, as samples. Pure. */
import { Cron } from 'croner';
import { parseFrequency } from '../../activities/shared/frequency.js';
import type { Task } from './families.js';
import type { Sample } from './text.js';

/** Of which run the samples are. */
export interface RunKey {
  stack: string;
  task: Task;
  name: string;
}
export const keyOf = ({ stack, task, name }: RunKey): string => JSON.stringify([stack, task, name]);

export interface ScheduleFact extends RunKey {
  /** 0: not known. */
  intervalSeconds: number;
  paused: boolean;
  /** Times at which the server means to start it next, in milliseconds since 1970, the first first. */
  due: readonly number[];
}

export interface OpenRun extends RunKey {
  startedAt: number;
}

/** `now`: milliseconds since 1970. */
export function scheduleSamples(schedules: readonly ScheduleFact[], now: number): Sample[] {
  return schedules.flatMap(({ stack, task, name, intervalSeconds, paused, due }): Sample[] => {
    const labels = { stack, task, name };
    const next = paused ? undefined : due.find((at) => at > now);
    const overdue = paused ? undefined : due.find((at) => at <= now);
    return [
      { name: 'birdkeeper_schedule_interval_seconds', labels, value: intervalSeconds },
      { name: 'birdkeeper_schedule_next_run_timestamp_seconds', labels, value: (next ?? 0) / 1_000 },
      {
        name: 'birdkeeper_schedule_lag_seconds',
        labels,
        value: overdue === undefined ? 0 : (now - overdue) / 1_000,
      },
      { name: 'birdkeeper_schedule_paused', labels, value: Number(paused) },
    ];
  });
}

/** Of those that run at the same time, the one that began first. */
export function progressSamples(keys: readonly RunKey[], open: readonly OpenRun[]): Sample[] {
  return keys.flatMap((key): Sample[] => {
    const { stack, task, name } = key;
    const starts = open.filter((run) => keyOf(run) === keyOf(key)).map(({ startedAt }) => startedAt);
    const labels = { stack, task, name };
    const began = starts.length === 0 ? 0 : Math.min(...starts) / 1_000;
    return [
      { name: 'birdkeeper_run_in_progress', labels, value: Number(starts.length > 0) },
      { name: 'birdkeeper_run_started_timestamp_seconds', labels, value: began },
    ];
  });
}

/** Enough for every day of the week in every month, at the price of some milliseconds. */
const TIMES_LOOKED_AT = 200;

/** The longest time between two runs that follow each other, in seconds; 0 for a text that is no schedule. */
export function longestGap(text: string, now: Date): number {
  try {
    const frequency = parseFrequency(text);
    if (frequency.kind === 'none') return 0;
    if (frequency.kind === 'interval') return frequency.seconds;
    return longestOf(frequency.expressions, now);
  } catch {
    return 0;
  }
}

function longestOf(expressions: readonly string[], now: Date): number {
  const all = expressions.map((expression) =>
    new Cron(expression, { timezone: 'UTC', domAndDow: true })
      .nextRuns(TIMES_LOOKED_AT, now)
      .map((time) => time.getTime()),
  );
  // Beyond the shortest list only some of the expressions are known.
  const horizon = Math.min(...all.filter((times) => times.length > 0).map((times) => times.at(-1) ?? 0));
  const times = [...new Set(all.flat())].filter((time) => time <= horizon).sort((a, b) => a - b);
  const gaps = times.slice(1).map((time, at) => time - (times[at] ?? time));
  return Math.max(0, ...gaps) / 1_000;
}
