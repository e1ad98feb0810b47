import type { ActivityOptions } from '@temporalio/workflow';
import type { Activities } from '../activities/types.js';
import { FAILURES, RETRYABLE_FAILURES } from './contract.js';

const HOPELESS = Object.values(FAILURES).filter((type) => !RETRYABLE_FAILURES.includes(type));

/**
 * No `maximumAttempts` anywhere: a worker that is shut down spends an attempt, so steps are bounded by time. Failures
 * that repeating does not mend are named instead.
 */
const RETRY: ActivityOptions['retry'] = {
  initialInterval: '1s',
  backoffCoefficient: 2,
  maximumInterval: '30s',
  nonRetryableErrorTypes: HOPELESS,
};

/** A killed worker is noticed after this long; a beat goes out every two seconds, so a busy host has room. */
const HEARTBEAT = '10s';

/** Reads files and asks the engine. */
const LOOK: ActivityOptions = {
  heartbeatTimeout: HEARTBEAT,
  startToCloseTimeout: '2m',
  scheduleToCloseTimeout: '15m',
  retry: RETRY,
};
/** Asks git remotes, each with a limit of its own far below this. */
const ASK_REMOTES: ActivityOptions = {
  heartbeatTimeout: HEARTBEAT,
  startToCloseTimeout: '10m',
  scheduleToCloseTimeout: '15m',
  retry: RETRY,
};
/** Registries can be slow and images large; nothing has been stopped yet, so patience costs nothing. */
const DOWNLOAD: ActivityOptions = {
  heartbeatTimeout: HEARTBEAT,
  startToCloseTimeout: '2h',
  scheduleToCloseTimeout: '4h',
  retry: RETRY,
};
/** Changes the host. Long enough for the engine or the host to come back and the step to be finished. */
const CHANGE: ActivityOptions = {
  heartbeatTimeout: HEARTBEAT,
  startToCloseTimeout: '1h',
  scheduleToCloseTimeout: '12h',
  retry: RETRY,
};
/** Waits for something that may take as long as people work, or as a deployment takes. */
const AWAIT: ActivityOptions = {
  heartbeatTimeout: HEARTBEAT,
  startToCloseTimeout: '7d',
  retry: RETRY,
};
/** A job has a limit of its own, and the workflow one for all of its tries. */
const JOB: ActivityOptions = { ...AWAIT, startToCloseTimeout: '30d' };
/** A first snapshot of terabytes takes hours. */
const BACKUP: ActivityOptions = { ...DOWNLOAD, startToCloseTimeout: '24h', scheduleToCloseTimeout: '36h' };
/** Each waits by itself, for as long as the stack says (a day at most). */
const FOLLOW: ActivityOptions = {
  heartbeatTimeout: HEARTBEAT,
  startToCloseTimeout: '25h',
  scheduleToCloseTimeout: '26h',
  retry: RETRY,
};
/** Keeps the record: must succeed in the end, or the place is lost. A full disk is waited out, not given up on. */
const RECORD: ActivityOptions = {
  heartbeatTimeout: HEARTBEAT,
  startToCloseTimeout: '5m',
  retry: { ...RETRY, nonRetryableErrorTypes: HOPELESS.filter((type) => type !== FAILURES.diskFull) },
};

export const ACTIVITY_OPTIONS: Readonly<Record<keyof Activities, ActivityOptions>> = {
  recallKeeper: LOOK,
  noteKeeper: RECORD,
  rejectRelease: RECORD,
  awaitDeployment: AWAIT,
  awaitWork: AWAIT,
  beginDeployment: RECORD,
  observeStack: ASK_REMOTES,
  verifyCommits: ASK_REMOTES,
  recallRelease: LOOK,
  stageRelease: LOOK,
  validateRelease: LOOK,
  pullImages: DOWNLOAD,
  awaitIdle: AWAIT,
  advanceCheckouts: CHANGE,
  runHook: CHANGE,
  applyServices: CHANGE,
  settleServices: CHANGE,
  handOver: CHANGE,
  reverseCheckouts: CHANGE,
  concludeDeployment: RECORD,
  sendNotices: LOOK,
  reconcileSchedules: LOOK,
  adoptStack: LOOK,
  deployNotebooks: DOWNLOAD,
  rollbackNotebooks: LOOK,
  backUpStack: BACKUP,
  restoreStack: BACKUP,
  previewRestore: DOWNLOAD,
  verifyBackup: BACKUP,
  backUpRelease: BACKUP,
  rotateLogs: DOWNLOAD,
  runContainerJob: JOB,
  deployData: JOB,
  lookAtWeaver: FOLLOW,
  registerProvider: FOLLOW,
  findSilentProviders: FOLLOW,
  unregisterProvider: FOLLOW,
  checkWeaverWorker: FOLLOW,
  restartWeaver: CHANGE,
  listWeaverProcesses: FOLLOW,
  concludeWeaver: RECORD,
  verifyCowbird: FOLLOW,
  resyncCowbird: FOLLOW,
};

type Summaries = { readonly [Name in keyof Activities]: (input: Parameters<Activities[Name]>[0]) => string };

/** One line per activity in the Temporal UI, readable alone. */
export const ACTIVITY_SUMMARIES: Summaries = {
  recallKeeper: ({ stack }) => `recall what is recorded of ${stack}`,
  noteKeeper: ({ stack }) => `write down what the keeper of ${stack} holds`,
  rejectRelease: ({ stack, number }) => `record that a person rejected deployment ${number} of ${stack}`,
  awaitDeployment: ({ stack, number }) => `wait until deployment ${number} of ${stack} has closed`,
  awaitWork: ({ stack }) => `wait until the work that another keeper of ${stack} began has closed`,
  beginDeployment: ({ stack, number }) => `open the log of deployment ${number} of ${stack}`,
  observeStack: ({ stack, fetch }) =>
    fetch ? `fetch every checkout of ${stack} and compare` : `inspect the checkouts of ${stack}`,
  verifyCommits: ({ stack }) => `verify the new commits of ${stack}: signatures, conditional triggers`,
  recallRelease: ({ stack, release }) =>
    release < 0 ? `recall the release of ${stack} before the deployed one` : `recall release ${release} of ${stack}`,
  stageRelease: ({ stack }) => `stage the wanted commits of ${stack} beside the live checkouts`,
  validateRelease: ({ stack }) => `validate the staged ${stack} and plan`,
  pullImages: ({ stack }) => `pull and build the images ${stack} lacks`,
  awaitIdle: ({ stack }) => `wait until nobody's work on ${stack} would be interrupted`,
  advanceCheckouts: ({ stack }) => `advance all checkouts of ${stack}, or none`,
  runHook: ({ stack, component, hook, step, direction }) =>
    `${direction === 'back' ? 'roll back: ' : ''}${step === undefined ? `run the ${hook} hook of component ${component}` : step} of ${stack}`,
  applyServices: ({ stack, direction }) =>
    direction === 'forward' ? `apply the plan to ${stack}` : `roll back: apply the former release of ${stack}`,
  settleServices: ({ stack, direction }) =>
    direction === 'forward'
      ? `settle: wait until ${stack} is healthy and quiet`
      : `roll back: wait until the former release of ${stack} is healthy`,
  handOver: ({ stack }) => `hand over: a helper replaces the container of this worker, which is part of ${stack}`,
  reverseCheckouts: ({ stack }) => `roll back: put the checkouts of ${stack} back`,
  concludeDeployment: ({ number, outcome }) => `record deployment ${number}: ${outcome}`,
  sendNotices: ({ stack, number }) =>
    number === undefined ? `tell what the look at ${stack} saw` : `tell how deployment ${number} of ${stack} ended`,
  reconcileSchedules: ({ stack }) => `make the schedules of ${stack} what its configuration says`,
  adoptStack: ({ stack }) => `adopt what runs of ${stack}`,
  deployNotebooks: ({ stack }) => `deploy the tutorial notebooks of ${stack}`,
  backUpStack: ({ stack }) => `back up ${stack}`,
  rotateLogs: ({ stack }) => `rotate the logs of ${stack}`,
  deployData: ({ stack, name }) => `deploy the data of job ${name} of ${stack}`,
  restoreStack: ({ stack, wanted }) => `restore ${stack} from ${wanted}`,
  previewRestore: ({ stack, wanted }) => `look what a restore of ${stack} from ${wanted} would do`,
  verifyBackup: ({ stack }) => `try the newest backup of ${stack}`,
  backUpRelease: ({ stack, number }) => `back up ${stack} before deployment ${number}`,
  rollbackNotebooks: ({ stack }) => `put the notebooks of ${stack} back`,
  lookAtWeaver: ({ stack }) => `wait for Weaver of ${stack} and ask what is registered`,
  registerProvider: ({ stack, bird }) => `register ${bird} in Weaver of ${stack}`,
  findSilentProviders: ({ stack }) => `look which providers of ${stack} nobody wants and do not answer`,
  unregisterProvider: ({ stack, bird }) => `unregister ${bird} in Weaver of ${stack}`,
  checkWeaverWorker: ({ stack }) => `ask whether the worker of Weaver of ${stack} takes jobs`,
  restartWeaver: ({ stack }) => `restart Weaver of ${stack}, whose worker does not answer`,
  listWeaverProcesses: ({ stack }) => `list all processes that Weaver of ${stack} offers`,
  concludeWeaver: ({ stack }) => `record how the registration in Weaver of ${stack} ended`,
  verifyCowbird: ({ stack }) => `verify that Cowbird of ${stack} is in step`,
  resyncCowbird: ({ stack, handler }) => `have Cowbird of ${stack} build anew what ${handler} keeps`,
  runContainerJob: ({ stack, name, attempt }) => `run job ${name} of ${stack}${attempt > 1 ? `, try ${attempt}` : ''}`,
};
