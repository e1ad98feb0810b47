/** Jobs in containers, joined with the configuration of their stack. */
import { existsSync } from 'node:fs';
import { jobLogFile } from '../../workflows/contract.js';
import { createRunEngine } from '../docker/run-engine.js';
import { FAILURES, isStepFailure } from '../shared/failures.js';
import { recordedJobs } from '../jobs/recorded.js';
import { runJob } from '../jobs/run-job.js';
import { RunFolder } from '../jobs/run-folder.js';
import type { Job } from '../jobs/model.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Activities, ContainerJobInput, ContainerJobResult } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { watched } from './job-notices.js';
import { countLongRuns, endOf, noticed } from './job-troubles.js';
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
  const log = { stack: input.stack, file: jobLogFile(job.name), about: aboutOf(job, input), startedAt, goesOn };
  const request = {
    ...{ stack: input.stack, job, run, folder, timeoutSeconds, environment },
    engine: createRunEngine(environment['DOCKER_HOST']),
    onLines: (lines: readonly string[]) => step.log.output(lines.join('\n')),
  };
  const { result } = await watched(noticed(input.stack, job, triesLeft), step, deps, async () => {
    const ended = await deps.journal.job(
      log,
      () => runJob(request, step),
      (how) => `${how.outcome}: ${endOf(how)}`,
    );
    return { result: ended, longRuns: await countLongRuns({ folder, run, seconds: ended.seconds }, job, step) };
  });
  const { outcome, exitStatus, seconds, lastLines } = result;
  return { outcome, exitStatus, seconds, lastLines: lastLines.map(redact), retries: triesLeft };
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
