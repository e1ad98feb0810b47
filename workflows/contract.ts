/**
 * Every name that workflows, activities, worker and command line share. Imports nothing, so that each of them can
 * import it.
 */

/** Temporal namespace that `up` creates and uses. */
export const NAMESPACE = 'birdkeeper';
export const RETENTION_DAYS = 30;

/** One queue per host, so that no host's worker runs another's code or stacks. */
export const taskQueueOf = (host: string): string => `host.${host}`;

export interface StackRef {
  readonly host: string;
  readonly stack: string;
}

export const keeperId = ({ host, stack }: StackRef): string => `stack/${host}/${stack}`;
export const deploymentId = ({ host, stack }: StackRef, number: number): string =>
  `deployment/${host}/${stack}/${number}`;
/** `name`: of a job, of which a stack has many. */
export const scheduleId = (kind: ScheduleKind | 'job', { host, stack }: StackRef, name?: string): string =>
  name === undefined ? `${kind}/${host}/${stack}` : `${kind}/${host}/${stack}/${name}`;

export const SCHEDULE_KINDS = [
  'autodeploy',
  'notebooks',
  'backup',
  'verify',
  'logrotate',
  'weaver',
  'cowbird',
] as const;
export type ScheduleKind = (typeof SCHEDULE_KINDS)[number];

/** Workflow type that each schedule starts. */
export const SCHEDULED_WORKFLOW: Readonly<Record<ScheduleKind | 'job', string>> = {
  job: 'runContainerJob',
  autodeploy: 'checkStack',
  notebooks: 'deployNotebooks',
  backup: 'backUpStack',
  verify: 'verifyBackup',
  logrotate: 'rotateLogs',
  weaver: 'registerWeaverProviders',
  cowbird: 'verifyCowbird',
};

/** Log file, in the log directory, of what each schedule runs. */
export const SCHEDULED_LOG: Readonly<Record<ScheduleKind, string>> = {
  autodeploy: 'autodeploy.log',
  notebooks: 'notebookdeploy.log',
  backup: 'backup.log',
  verify: 'backup.log',
  logrotate: 'logrotate.log',
  weaver: 'weaver.log',
  cowbird: 'cowbird.log',
};

/** Of a job in a container. One that has the name of a file of ours would write between its frames. */
export const jobLogFile = (name: string): string =>
  Object.values(SCHEDULED_LOG).includes(`${name}.log`) ? `job-${name}.log` : `${name}.log`;

export const OVERLAPS = ['skip', 'buffer-one', 'buffer-all', 'cancel-other', 'allow-all'] as const;
/** What happens to a run that is due while another one runs; the words are Temporal's. */
export type Overlap = (typeof OVERLAPS)[number];

/** The steps of a deployment, in order; the same words in code, logs, queries, metrics, docs and tests. */
export const PHASES = [
  'inspect',
  'fetch',
  'verify',
  'stage',
  'validate',
  'pull',
  'approve',
  'back up',
  'advance',
  'apply',
  'settle',
  'follow up',
  'hand over',
  'record',
  'roll back',
] as const;
export type Phase = (typeof PHASES)[number];

export const CHECKOUT_WORDS = [
  'up to date',
  'behind',
  'ahead',
  'diverged',
  'dirty',
  'detached',
  'no upstream',
  'upstream gone',
  'unreachable',
  'not a repository',
  'missing',
] as const;
export type CheckoutWord = (typeof CHECKOUT_WORDS)[number];

export const STACK_WORDS = [
  'up to date',
  'behind',
  'skipped by conditional trigger',
  'blocked',
  'degraded',
  'quarantined',
  'drifted',
] as const;
export type StackWord = (typeof STACK_WORDS)[number];

/** How a deployment ended. */
export const OUTCOMES = [
  'deployed',
  'up to date',
  'blocked',
  'degraded',
  'quarantined',
  'failed',
  'rolled back',
  'roll back failed',
  'roll back withheld',
  'cancelled',
  'waiting',
  'rejected',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const TRIGGERS = ['check', 'forced', 'asked', 'first', 'approved', 'window', 'rollback', 'local'] as const;
/**
 * check: the schedule saw a change; forced: `--force`; asked: a person, without force; first: nothing runs yet; approved: a
 * person said yes to what waited; window: what waited may run now; rollback: a person wants a former release; local:
 * `deploy --local`, without a server.
 */
export type Trigger = (typeof TRIGGERS)[number];

export const SIGNALS = {
  forceDeploy: 'forceDeploy',
  deploymentNeeded: 'deploymentNeeded',
  approve: 'approve',
  reject: 'reject',
  pause: 'pause',
  resume: 'resume',
  numbering: 'numbering',
  handOver: 'handOver',
  takeOver: 'takeOver',
  requestWork: 'requestWork',
  withdrawWork: 'withdrawWork',
  workBegun: 'workBegun',
  workDone: 'workDone',
} as const;

/** Work besides deployments that changes a stack: the keeper runs it, one piece at a time, as it runs deployments. */
export const WORK_KINDS = ['job', 'backup', 'restore', 'restart'] as const;
export type WorkKind = (typeof WORK_KINDS)[number];
/** Workflow type that does each. */
export const WORK_WORKFLOW: Readonly<Record<WorkKind, string>> = {
  job: 'runContainerJob',
  backup: 'backUpStack',
  restore: 'restoreStack',
  restart: 'restartWeaver',
};
/** `requester`: id of the workflow that asked for it. */
export const workId = (requester: string): string => `${requester}/work`;
export const UPDATES = { deploy: 'deploy', rollback: 'rollback' } as const;
export const QUERIES = { status: 'status' } as const;

/** In the place of the time at which a window opens: none does within 400 days. */
export const NO_WINDOW = 'never';
/** What is said of it, a clause. */
export const NO_WINDOW_TODO =
  'none opens within 400 days: correct BIRDKEEPER_DEPLOY_WINDOWS or BIRDKEEPER_DEPLOY_FREEZE';

export const SEARCH_ATTRIBUTES = ['Stack', 'Host', 'Outcome', 'Commit', 'Trigger'] as const;

/**
 * Types of ApplicationFailure, by who or what clears them. Only those in `RETRYABLE_FAILURES` are tried again by
 * Temporal; a plain error that is none of these is tried again too.
 */
export const FAILURES = {
  /** env.local, default.env, settings, compose model, template: a commit or an edit must change. */
  configuration: 'Configuration',
  /** A checkout needs a person: local changes, diverged, unknown differences. */
  blocked: 'Blocked',
  /** Registry or git host refused our credentials. */
  unauthorised: 'Unauthorised',
  /** Image, commit or file that does not exist. */
  notFound: 'NotFound',
  /** A service crashed, stayed sick, or a probe failed. */
  unhealthy: 'Unhealthy',
  /** Compose or a hook returned an error that repeating does not mend. */
  applyFailed: 'ApplyFailed',
  /** Input that names nothing we know, or is malformed. */
  badInput: 'BadInput',
  /** The Docker Engine does not answer. */
  engineUnavailable: 'EngineUnavailable',
  /** Not enough room. */
  diskFull: 'DiskFull',
  /** Rate limited, 5xx, half a layer. */
  registryBusy: 'RegistryBusy',
  /** A git remote that does not answer. */
  remoteUnavailable: 'RemoteUnavailable',
  /** Lock held by a command of ours that still runs. */
  busy: 'Busy',
  /** A later deployment was made without the server: this one has nothing left to do. */
  superseded: 'Superseded',
} as const;
export type FailureType = (typeof FAILURES)[keyof typeof FAILURES];

export const RETRYABLE_FAILURES: readonly FailureType[] = [
  FAILURES.engineUnavailable,
  FAILURES.registryBusy,
  FAILURES.remoteUnavailable,
  FAILURES.busy,
];

/** Failures of the surroundings: a rollback is not the remedy until the step was tried again. */
export const isOurSurroundings = (type: string): boolean =>
  type === FAILURES.engineUnavailable || type === FAILURES.diskFull || type === FAILURES.registryBusy;

/** What people can be told. */
export const NOTICE_KINDS = [
  'deployed',
  'failed',
  'rolled-back',
  'blocked',
  'waiting',
  'job-failed',
  'recovered',
] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** Exit status of the command line. */
export const EXIT = { done: 0, failed: 1, usage: 2, blocked: 3, unreachable: 4, behind: 10 } as const;
