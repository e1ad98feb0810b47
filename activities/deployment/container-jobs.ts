/** Jobs in containers, joined with the configuration of their stack. */
import { jobLogFile } from '../../workflows/contract.js';
import { FAILURES, isStepFailure } from '../shared/failures.js';
import { recordedJobs } from '../jobs/recorded.js';
import { runJob, type RunResult } from '../jobs/run-job.js';
import { RunFolder } from '../jobs/run-folder.js';
import type { Job } from '../jobs/model.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Activities, ContainerJobInput, ContainerJobResult } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { openConfiguration, redactorOf } from './open.js';

export const jobsFile = (stack: StackState): string => stack.path('jobs.json');

/** One try. The text is the one that was scheduled last; the variables are those of now. */
export async function runContainerJob(
  input: ContainerJobInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['runContainerJob']> {
  const stack = await deps.state.stack(input.stack);
  const job = (await recordedJobs(jobsFile(stack))).find(({ name }) => name === input.name);
  if (job === undefined) return REMOVED;
  const view = await openConfiguration(stack, deps, step.signal);
  const { variables, settings } = view;
  const redact = redactorOf(view);
  const [folder, run] = [stack.path('jobs', job.name), `${input.run}-${input.attempt}`];
  const { timeoutSeconds = settings.jobTimeoutSeconds, retries = settings.jobRetries } = job.options;
  const startedAt = await (await RunFolder.open(`${folder}/${run}`)).startedAt();
  const result = await deps.journal.job(
    { stack: input.stack, file: jobLogFile(job.name), about: aboutOf(job, input), startedAt, goesOn },
    () =>
      runJob(
        {
          ...{ stack: input.stack, job, run, folder, timeoutSeconds },
          environment: { ...deps.environment, ...variables },
          onLines: (lines) => step.log.output(lines.join('\n')),
        },
        step,
      ),
    (ended) => `${ended.outcome}: ${endOf(ended)}`,
  );
  const { outcome, exitStatus, seconds, lastLines } = result;
  return {
    outcome,
    exitStatus,
    seconds,
    lastLines: lastLines.map(redact),
    retries: Math.max(0, retries + 1 - input.attempt),
  };
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
