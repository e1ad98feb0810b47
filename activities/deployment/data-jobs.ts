/** Jobs that call deploy-data, joined with the configuration of their stack. */
import { jobLogFile } from '../../workflows/contract.js';
import { deployData as deploy } from '../data/index.js';
import { createDataGit } from '../git/data-clone.js';
import { dataJobOf } from '../jobs/data-job.js';
import { toldName } from '../jobs/names.js';
import { recordedJobs } from '../jobs/recorded.js';
import { FAILURES, isStepFailure, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { StackSettings } from '../stack/settings.js';
import type { Configuration } from '../stack/view.js';
import type { StackState } from '../state/index.js';
import type { Activities, DataJobInput, DataJobResult } from '../types.js';
import { jobsFile } from './container-jobs.js';
import type { Dependencies } from './dependencies.js';
import { watched } from './job-notices.js';
import { lateOf } from './job-troubles.js';
import { limitsOf, tooLate, waitedTooLong } from './job-turn.js';
import { openConfiguration, redactorOf } from './open.js';
import { hiddenHere } from './seen.js';

const TRANSFER_SECONDS = 3_600;
const LOCK_WAIT_SECONDS = 60;
/** All of it is in the log; a history gets the beginning. */
const MOST_CHARACTERS = 2_000;

/**
 * Whether such jobs are done by this worker. One in a container would copy to the places that its container has, which need not be
 * those of the host.
 */
export async function doesDataItself(
  { dataJobs }: StackSettings,
  deps: Dependencies,
  { signal }: Step,
): Promise<boolean> {
  if (dataJobs !== '') return dataJobs === 'built-in';
  return (await deps.engine.ownContainer({ signal })) === undefined;
}

/** One try. The text is the one that was scheduled last; the variables are those of now. */
export async function deployData(
  input: DataJobInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['deployData']> {
  const { stack: stackName, name, attempt = 1 } = input;
  const stack = await deps.state.stack(stackName);
  const job = (await recordedJobs(jobsFile(stack))).find((recorded) => recorded.name === name);
  if (job === undefined) return null;
  const view = await openConfiguration(stack, deps, step.signal);
  const data = dataJobOf(job, view.variables);
  if (data === undefined) {
    throw new StepFailure(
      FAILURES.configuration,
      `Job ${name} does not call deploy-data any more: run birdkeeper deploy, which schedules it anew.`,
    );
  }
  if (waitedTooLong(job, input, view.settings.timeZone)) {
    step.log.warn(tooLate(job, input));
    return { late: true };
  }
  const { timeoutSeconds, triesLeft } = limitsOf(job, view.settings, attempt);
  const request = {
    ...{ job: name, configFile: data.configFile, git: gitOf(view, stack, deps), stateDir: stack.path() },
    hidden: await hiddenHere(deps, step),
    environment: { ...deps.environment, ...data.environment },
  };
  const about = `data of job ${name}, ${data.configFile}${attempt > 1 ? `, try ${attempt}` : ''}`;
  const log = { stack: stackName, file: jobLogFile(name), about, label: 'datadeploy' };
  const troubleOf = (result: DataJobResult) => (result !== null && 'failed' in result ? 'not yet' : undefined);
  return watched({ stack: stackName, job: toldName(name), troubleOf, ...lateOf(job) }, step, deps, async () => {
    try {
      const { entries } = await deps.journal.job(log, () =>
        inTime(timeoutSeconds, step, (limited) => deploy(request, limited)),
      );
      return { entries: [...entries] };
    } catch (error) {
      if (triesLeft === 0 || !isStepFailure(error, FAILURES.applyFailed)) throw error;
      return { failed: redactorOf(view)(error.message).slice(0, MOST_CHARACTERS), retries: triesLeft };
    }
  });
}

/** Throws ApplyFailed when it takes longer. */
async function inTime<T>(seconds: number, step: Step, work: (limited: Step) => Promise<T>): Promise<T> {
  const limit = AbortSignal.timeout(seconds * 1_000);
  try {
    return await work({ ...step, signal: AbortSignal.any([step.signal, limit]) });
  } catch (error) {
    if (!limit.aborted || step.signal.aborted) throw error;
    throw new StepFailure(FAILURES.applyFailed, `It did not end within its time, ${seconds} s.`);
  }
}

function gitOf({ settings }: Configuration, { knownHosts }: StackState, { environment }: Dependencies) {
  const { keyDirectory, knownHostsFile, gitTimeoutSeconds } = settings;
  return createDataGit({
    keys: { keyDirectory, knownHostsFile, ownKnownHosts: knownHosts },
    timeoutMs: gitTimeoutSeconds * 1_000,
    transferSeconds: TRANSFER_SECONDS,
    lockWaitSeconds: LOCK_WAIT_SECONDS,
    environment,
  });
}
