/** Jobs that call deploy-data, joined with the configuration of their stack. */
import { jobLogFile } from '../../workflows/contract.js';
import { deployData as deploy } from '../data/index.js';
import { createDataGit } from '../git/data-clone.js';
import { dataJobOf } from '../jobs/data-job.js';
import { recordedJobs } from '../jobs/recorded.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { StackSettings } from '../stack/settings.js';
import type { Activities } from '../types.js';
import { jobsFile } from './container-jobs.js';
import type { Dependencies } from './dependencies.js';
import { watched } from './job-notices.js';
import { openConfiguration } from './open.js';
import { hiddenHere } from './seen.js';

const TRANSFER_SECONDS = 3_600;
const LOCK_WAIT_SECONDS = 60;

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

export async function deployData(
  { stack: stackName, name }: Parameters<Activities['deployData']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['deployData']> {
  const stack = await deps.state.stack(stackName);
  const job = (await recordedJobs(jobsFile(stack))).find((recorded) => recorded.name === name);
  if (job === undefined) return null;
  const { settings, variables } = await openConfiguration(stack, deps, step.signal);
  const data = dataJobOf(job, variables);
  if (data === undefined) {
    throw new StepFailure(
      FAILURES.configuration,
      `Job ${name} does not call deploy-data any more: run birdkeeper deploy, which schedules it anew.`,
    );
  }
  const { keyDirectory, knownHostsFile, gitTimeoutSeconds } = settings;
  const git = createDataGit({
    keys: { keyDirectory, knownHostsFile, ownKnownHosts: stack.knownHosts },
    timeoutMs: gitTimeoutSeconds * 1_000,
    transferSeconds: TRANSFER_SECONDS,
    lockWaitSeconds: LOCK_WAIT_SECONDS,
    environment: deps.environment,
  });
  const hidden = await hiddenHere(deps, step);
  const about = `data of job ${name}, ${data.configFile}`;
  const { entries } = await watched({ stack: stackName, job: name }, step, deps, () =>
    deps.journal.job({ stack: stackName, file: jobLogFile(name), about, label: 'datadeploy' }, () =>
      deploy(
        {
          ...{ job: name, configFile: data.configFile, git, stateDir: stack.path(), hidden },
          environment: { ...deps.environment, ...data.environment },
        },
        step,
      ),
    ),
  );
  return { entries: [...entries] };
}
