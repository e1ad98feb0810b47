/** Jobs in containers, joined with the configuration of their stack. */
import { existsSync } from 'node:fs';
import { jobLogFile } from '../../workflows/contract.js';
import { createRunEngine } from '../docker/run-engine.js';
import { FAILURES, isStepFailure } from '../shared/failures.js';
import { recordedJobs } from '../jobs/recorded.js';
import { readSchedule } from '../jobs/schedule-text.js';
import { runJob, type RunResult } from '../jobs/run-job.js';
import { RunFolder } from '../jobs/run-folder.js';
import type { Job } from '../jobs/model.js';
import { periodSeconds } from '../schedules/plan.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Activities, ContainerJobInput, ContainerJobResult } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { watched, type WatchedJob } from './job-notices.js';
import { limitsOf, tooLate, waitedTooLong } from './job-turn.js';
import { openConfigurationTogether, redactorOf } from './open.js';

export const jobsFile = (stack: StackState): string => stack.path('jobs.json');

/** One try. The text is the one that was scheduled last; the variables are those of now. */
export async function runContainerJob(
  input: ContainerJobInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['runContainerJob']> {
  const stack = await deps.state.stack(input.stack);
  const run = `${input.run}-${input.attempt}`;
  const folder = stack.path('jobs', input.name);
  const recorded = (await recordedJobs(jobsFile(stack))).find(({ name }) => name === input.name);
  const job = recorded ?? (await RunFolder.jobIn(`${folder}/${run}`));
  if (job === undefined) return REMOVED;
  const view = await openConfigurationTogether(stack, deps, step.signal);
  const { variables, settings } = view;
  if (!existsSync(`${folder}/${run}`) && waitedTooLong(job, input, settings.timeZone)) {
    step.log.warn(tooLate(job, input));
    return { ...REMOVED, outcome: 'too late' };
  }
  const environment: Record<string, string> = { ...deps.environment, ...variables };
  const redact = redactorOf(view);
  const { timeoutSeconds, triesLeft } = limitsOf(job, settings, input.attempt);
  const startedAt = await (await RunFolder.open(`${folder}/${run}`)).startedAt();
  const result = await watched(noticed(input.stack, job, triesLeft), step, deps, () =>
    deps.journal.job(
      { stack: input.stack, file: jobLogFile(job.name), about: aboutOf(job, input), startedAt, goesOn },
      () =>
        runJob(
          {
            ...{ stack: input.stack, job, run, folder, timeoutSeconds, environment },
            engine: createRunEngine(environment['DOCKER_HOST']),
            onLines: (lines) => step.log.output(lines.join('\n')),
          },
          step,
        ),
      (ended) => `${ended.outcome}: ${endOf(ended)}`,
    ),
  );
  const { outcome, exitStatus, seconds, lastLines } = result;
  return { outcome, exitStatus, seconds, lastLines: lastLines.map(redact), retries: triesLeft };
}

/** A run that is to be tried again is no news. */
function noticed(stack: string, job: Job, triesLeft: number): WatchedJob<RunResult> {
  return {
    stack,
    job: job.name,
    troubleOf: (result) => {
      if (result.outcome === 'done') return undefined;
      return triesLeft > 0
        ? 'not yet'
        : { what: result.outcome, text: [endOf(result), ...result.lastLines].join('\n') };
    },
    ...lateOf(job),
  };
}

const LATE_PERIODS = 3;
const LEAST_LATE_MS = 10 * 60_000;
/** Timers of Node end at 24 days. */
const MOST_LATE_MS = 20 * 86_400_000;

function lateOf({ schedule, options }: Job): Pick<WatchedJob<RunResult>, 'late'> {
  const reading = readSchedule(schedule);
  if (reading.kind === 'off' || options.overlap !== 'skip') return {};
  const afterMs = Math.max(LEAST_LATE_MS, LATE_PERIODS * periodSeconds(reading.frequency, new Date()) * 1_000);
  const text = `It has run for ${Math.round(afterMs / 60_000)} minutes, and none of its runs that were due since has begun.`;
  return afterMs > MOST_LATE_MS ? {} : { late: { afterMs, text } };
}

const REMOVED: ContainerJobResult = { outcome: 'removed', exitStatus: null, seconds: 0, lastLines: [], retries: 0 };

/** The next call goes on with the run, or the next worker does. */
const goesOn = (error: unknown): boolean =>
  isStepFailure(error, FAILURES.busy) || isStepFailure(error, FAILURES.engineUnavailable);

function aboutOf({ name, comment, hash }: Job, { attempt, hash: scheduled }: ContainerJobInput): string {
  const again = attempt > 1 ? `, try ${attempt}` : '';
  const changed = hash === scheduled ? '' : '; its text has changed since it was scheduled';
  return `job ${name}${comment === '' ? '' : ` (${comment})`}${again}${changed}`;
}

export function endOf({ outcome, exitStatus, seconds }: Pick<RunResult, 'outcome' | 'exitStatus' | 'seconds'>): string {
  if (outcome === 'timed out') return `did not end within its time, ${seconds} s`;
  return `exit status ${exitStatus ?? 'not known'} after ${seconds} s`;
}
