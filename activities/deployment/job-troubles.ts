/** What people are told of a run of a job: that it failed, or that it keeps its next runs from beginning. */
import { join } from 'node:path';
import { z } from 'zod';
import type { Job } from '../jobs/model.js';
import { toldName } from '../jobs/names.js';
import type { RunResult } from '../jobs/run-job.js';
import { readSchedule } from '../jobs/schedule-text.js';
import { periodSeconds } from '../schedules/plan.js';
import { messageOf } from '../shared/failures.js';
import { readJson, writeJson } from '../shared/files.js';
import type { Step } from '../shared/step.js';
import type { WatchedJob } from './job-notices.js';

export interface EndedRun {
  readonly result: RunResult;
  /** Runs in a row, this one counted, that took longer than the job's period. */
  readonly longRuns: number;
}

/** A run that is to be tried again is no news. */
export function noticed(stack: string, job: Job, triesLeft: number): WatchedJob<EndedRun> {
  return {
    stack,
    job: toldName(job.name),
    troubleOf: ({ result, longRuns }) => {
      if (result.outcome === 'done')
        return longRuns < MANY_LONG_RUNS ? undefined : { what: SKIPS, text: longText(result) };
      if (triesLeft > 0) return 'not yet';
      return { what: result.outcome, text: [endOf(result), ...result.lastLines].join('\n') };
    },
    ...lateOf(job),
  };
}

export const SKIPS = 'takes so long that its runs are skipped';
const MANY_LONG_RUNS = 3;
const LATE_PERIODS = 3;
const LEAST_LATE_MS = 10 * 60_000;
/** Timers of Node end at 24 days. */
const MOST_LATE_MS = 20 * 86_400_000;

const longText = ({ seconds }: RunResult): string =>
  `Its last runs, ${MANY_LONG_RUNS} at least, each took longer than the time until the next one; this one ${seconds} s.`;

/** One run that keeps the next ones from beginning. */
export function lateOf(job: Job): Pick<WatchedJob<unknown>, 'late'> {
  const period = periodOf(job);
  if (period === undefined) return {};
  const afterMs = Math.max(LEAST_LATE_MS, LATE_PERIODS * period * 1_000);
  const text = `It has run for ${Math.round(afterMs / 60_000)} minutes, and none of its runs that were due since has begun.`;
  return afterMs > MOST_LATE_MS ? {} : { late: { afterMs, what: SKIPS, text } };
}

/** Seconds. Undefined for a job whose runs are not skipped when one takes long. */
function periodOf({ schedule, options }: Job): number | undefined {
  const reading = readSchedule(schedule);
  if (reading.kind === 'off' || options.overlap !== 'skip') return undefined;
  return periodSeconds(reading.frequency, new Date());
}

const LongRuns = z.object({ runs: z.int().nonnegative(), last: z.string() });

interface Ended {
  /** Folder of the job's runs, where it is remembered. */
  readonly folder: string;
  readonly run: string;
  readonly seconds: number;
}

/** Twice for one run: counts once. What cannot be counted is 0: a notice fails no run. */
export async function countLongRuns(ended: Ended, job: Job, { log }: Pick<Step, 'log'>): Promise<number> {
  try {
    return await counted(ended, periodOf(job) ?? Infinity);
  } catch (error) {
    log.warn(`Not counted whether its runs are skipped: ${messageOf(error)}`);
    return 0;
  }
}

async function counted({ folder, run, seconds }: Ended, period: number): Promise<number> {
  const file = join(folder, 'long-runs.json');
  const before = (await readJson(file, LongRuns)) ?? { runs: 0, last: '' };
  if (before.last === run) return before.runs;
  const runs = seconds > period ? before.runs + 1 : 0;
  if (runs !== before.runs) await writeJson(file, { runs, last: run });
  return runs;
}

export function endOf({ outcome, exitStatus, seconds }: Pick<RunResult, 'outcome' | 'exitStatus' | 'seconds'>): string {
  if (outcome === 'timed out') return `did not end within its time, ${seconds} s`;
  return `exit status ${exitStatus ?? 'not known'} after ${seconds} s`;
}
