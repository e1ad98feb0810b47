/** Runs besides deployments, added up as they end, so that no counter depends on how long the server remembers. Pure. */
import { z } from 'zod';
import { DURATION_BUCKETS, RESULTS, TASKS, type Result, type Task } from './families.js';

/** Where in a histogram's counts a duration belongs. */
export const bucketOf = (seconds: number): number => {
  const at = DURATION_BUCKETS.findIndex((bound) => seconds <= bound);
  return at === -1 ? DURATION_BUCKETS.length : at;
};
export const emptyCounts = (): number[] => Array.from({ length: DURATION_BUCKETS.length + 1 }, () => 0);

export const RUN_TRIGGERS = ['schedule', 'asked'] as const;
export type RunTrigger = (typeof RUN_TRIGGERS)[number];

const Totals = z.object({
  schedule: z.number(),
  asked: z.number(),
  counts: z.array(z.number()).length(DURATION_BUCKETS.length + 1),
  sum: z.number(),
  /** When the newest ended, in milliseconds since 1970; 0: never. */
  last: z.number(),
});
const TaskRuns = z.object({ task: z.enum(TASKS), name: z.string(), results: z.partialRecord(z.enum(RESULTS), Totals) });
export type TaskRuns = z.infer<typeof TaskRuns>;

/** `runs.json` of a stack. */
export const Ledger = z.object({
  /** Runs that ended before that time are in it, in milliseconds since 1970. */
  until: z.number(),
  /** Those near that time that are in it: the server lists ends a moment late, and not in order. */
  near: z.array(z.object({ id: z.string(), at: z.number() })),
  tasks: z.array(TaskRuns),
  /** Jobs that the server had schedules for, for the time until it is asked again. */
  jobs: z.array(z.object({ task: z.enum(TASKS), name: z.string() })),
});
export type Ledger = z.infer<typeof Ledger>;
export const EMPTY: Ledger = { until: 0, near: [], tasks: [], jobs: [] };

/** How much later than others an end may be listed. */
export const LATE_MS = 15 * 60_000;

export interface EndedRun {
  id: string;
  task: Task;
  name: string;
  trigger: RunTrigger;
  result: Result;
  startedAt: number;
  endedAt: number;
}

/** Twice: the same. The ledger itself when nothing is new. */
export function withRuns(ledger: Ledger, runs: readonly EndedRun[]): Ledger {
  const known = new Set(ledger.near.map(({ id }) => id));
  const fresh = runs.filter(({ id, endedAt }) => endedAt >= ledger.until - LATE_MS && !known.has(id) && known.add(id));
  if (fresh.length === 0) return ledger;
  const until = Math.max(ledger.until, ...fresh.map(({ endedAt }) => endedAt));
  const near = [...ledger.near, ...fresh.map(({ id, endedAt }) => ({ id, at: endedAt }))];
  return {
    ...ledger,
    until,
    near: near.filter(({ at }) => at >= until - LATE_MS),
    tasks: fresh.reduce(withRun, ledger.tasks),
  };
}

function withRun(tasks: TaskRuns[], { task, name, trigger, result, startedAt, endedAt }: EndedRun): TaskRuns[] {
  const isIt = (runs: TaskRuns) => runs.task === task && runs.name === name;
  const former = tasks.find(isIt) ?? { task, name, results: {} };
  const totals = former.results[result] ?? { schedule: 0, asked: 0, counts: emptyCounts(), sum: 0, last: 0 };
  const seconds = Math.max(0, endedAt - startedAt) / 1_000;
  const bucket = bucketOf(seconds);
  const next = {
    ...totals,
    [trigger]: totals[trigger] + 1,
    counts: totals.counts.map((count, at) => count + Number(at === bucket)),
    sum: totals.sum + seconds,
    last: Math.max(totals.last, endedAt),
  };
  return [...tasks.filter((runs) => !isIt(runs)), { ...former, results: { ...former.results, [result]: next } }];
}
