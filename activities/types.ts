/**
 * Every activity with its one input and one result. Workflows import these types; `createActivities` implements them.
 * No input holds a command, a path or an image to run: only names that are looked up in the host's own records.
 */
import type { Outcome, Phase, Trigger } from '../workflows/contract.js';
import type { FollowUpActivities } from './follow-up-types.js';
import type { Step } from './shared/step.js';
import type { WorkResult } from '../workflows/request-work/messages.js';
import type { WorkRequest } from '../workflows/keeper-model.js';
import type { DeployStackResult } from '../workflows/deploy-stack/messages.js';
import type {
  Commits,
  CommitsVerdict,
  HookResult,
  Pause,
  PlannedHook,
  PlanSummary,
  QuarantinedRelease,
  WaitingRelease,
  ServiceDecision,
  ServiceHealth,
  StackObservation,
} from '../workflows/model.js';

export interface StackInput {
  stack: string;
}

export interface DeploymentInput extends StackInput {
  number: number;
}

/** forward: to the wanted release; back: to the release that ran before. */
export type Direction = 'forward' | 'back';

export interface DeploymentActivities {
  /**
   * What the state directory knows: where numbering goes on, what is paused and what waits, and the deployment that runs.
   * Changes nothing.
   */
  recallKeeper(input: StackInput): Promise<RecalledKeeper>;
  /** Writes down what a keeper holds, out of which another can be made. Twice: the same. */
  noteKeeper(input: StackInput & { paused?: Pause; waiting?: WaitingRelease; working?: WorkRequest }): Promise<void>;
  /** A person said no to what waited: quarantined, and recorded so. Twice: the same. */
  rejectRelease(input: DeploymentInput & { commits: Commits; by: string; reason: string }): Promise<void>;
  /** Ends when the work that another keeper began for that workflow has closed, however it closes. Null: it was never begun. */
  awaitWork(input: StackInput & { requester: string }): Promise<{ ended: WorkResult | null }>;
  /** Ends when that deployment has closed, however it closes. Null: it has no result, or there is none. */
  awaitDeployment(input: DeploymentInput): Promise<DeployStackResult | null>;
  /** Opens the frame in the log and the folder of the deployment. Twice: the second time only the folder is looked at. */
  beginDeployment(
    input: DeploymentInput & { trigger: Trigger; reason: string; by?: string },
  ): Promise<{ startedAt: string } | NumberTaken>;
  /** Looks at every checkout and at what runs. `fetch`: asks the remotes first. Moves nothing but remote-tracking refs. */
  observeStack(input: StackInput & { fetch: boolean; number?: number }): Promise<StackObservation>;
  /** Checks signatures where they are required, and asks the conditional triggers of the commits that would come. */
  verifyCommits(input: StackInput & { commits: Commits; number?: number }): Promise<CommitsVerdict>;
  /** The commits of a kept release; -1: of the one before the deployed one. */
  recallRelease(input: DeploymentInput & { release: number }): Promise<{ release: number; commits: Commits }>;
  /** Lays the wanted commits out beside the live checkouts. Twice: made afresh. */
  stageRelease(input: DeploymentInput & { commits: Commits }): Promise<{ checkouts: number; renderedFiles: string[] }>;
  /**
   * Reads the staged stack, checks it and plans. `repair`: services that do not run as recorded count as changed; `skip`: the
   * checkouts advance and nothing is touched; `release`: the images are those of that kept release.
   */
  validateRelease(input: DeploymentInput & { repair: boolean; skip?: boolean; release?: number }): Promise<PlanSummary>;
  /** Pulls and builds what the plan lacks. Twice: what is there is not asked for again. */
  pullImages(input: DeploymentInput): Promise<{ pulled: string[]; built: string[] }>;
  /** A snapshot of the release that runs, before the plan changes it. Twice: two snapshots. */
  backUpRelease(input: DeploymentInput): Promise<{ snapshot: string; bytesAdded: number; release: number | null }>;
  /** Waits until nobody works where the plan would interrupt, up to a limit. Looks only. */
  awaitIdle(input: DeploymentInput): Promise<{ waitedSeconds: number; interrupts: string[] }>;
  /** Writes the intent, fast-forwards all checkouts or none, writes the rendered files. Twice: finishes what was begun. */
  advanceCheckouts(input: DeploymentInput): Promise<{ moved: string[]; renderedFiles: string[] }>;
  /** Runs one hook of a component. At least once: after a kill it runs again. Throws ApplyFailed when its policy is `stop`. */
  runHook(input: DeploymentInput & PlannedHook & { direction: Direction }): Promise<HookResult>;
  /** Does what the plan says, service by service. Twice: what was done is seen in the containers and not redone. */
  applyServices(
    input: DeploymentInput & { direction: Direction },
  ): Promise<{ services: ServiceDecision[]; handsOver?: ServiceDecision }>;
  /** Waits until what was touched is healthy and quiet; fails early with type Unhealthy. Looks, changes nothing. */
  settleServices(input: DeploymentInput & { direction: Direction }): Promise<SettleResult>;
  /**
   * Has a helper container replace the worker's own one, and says how far it is. `at work`: this worker is leaving, the next
   * one is to ask again. Throws Unhealthy when the new worker did not poll and the former one is back. Twice: the helper that
   * is there goes on.
   */
  handOver(input: DeploymentInput): Promise<{ state: 'at work' | 'replaced' }>;
  /** Puts all checkouts and rendered files back to the former release; leaves alone what a person touched. */
  reverseCheckouts(input: DeploymentInput): Promise<{ moved: string[]; leftAlone: string[] }>;
  /**
   * Records how it ended (release, quarantine, last good settings), closes the log frame, removes the staging. `notify`:
   * somebody wants to be told.
   */
  concludeDeployment(input: ConcludeInput): Promise<{ notify: boolean; nextNumber: number } | null>;
  /** Tells receivers how a deployment ended, or what the newest look said. Never fails for a receiver's sake. */
  sendNotices(input: StackInput & { number?: number }): Promise<{ sent: string[]; failed: string[] }>;
  /** Makes the schedules what the live configuration says. */
  reconcileSchedules(input: StackInput): Promise<{ changed: string[] }>;
  /** Records what runs as release 0 when nothing is recorded. Touches nothing. */
  adoptStack(input: StackInput): Promise<{ adopted: boolean; running: number; drift: string[] }>;
}

/** A deployment without the server (`deploy --local`) had that number. */
export interface NumberTaken {
  startedAt: '';
  taken: true;
  nextNumber: number;
}

export interface RecalledKeeper {
  nextNumber: number;
  paused?: Pause;
  waiting?: WaitingRelease;
  /** Work that the keeper had begun. */
  working?: WorkRequest;
  /** Number of a deployment whose workflow is open. */
  running?: number;
}

export interface SettleResult {
  health: ServiceHealth[];
  /** Services that were sick before and were not touched: reported, never a reason to roll back. */
  sickBefore: string[];
}

export interface ConcludeInput extends DeploymentInput {
  outcome: Outcome;
  phase: Phase;
  message: string;
  trigger: Trigger;
  reason: string;
  startedAt: string;
  by?: string;
  /** Why nobody needed to be touched: the conditional triggers said so. */
  skipped?: boolean;
  /** A person went back from the release that was deployed: it is not deployed again by itself. */
  leaves?: boolean;
  /** The release is bad until a commit moves or a person says otherwise. */
  quarantine: boolean;
}

export interface JobActivities {
  /** One run of the notebook deployment: stage, verify, swap. `force`: also what a person went back from. */
  deployNotebooks(input: StackInput & { force?: boolean }): Promise<{
    outcome: 'deployed' | 'up to date' | 'held back';
    notebooks: number;
    sources?: { name: string; commit?: string | undefined; sha256?: string | undefined }[];
    /** Of a single git source. */
    commit?: string;
  }>;
  /** The notebooks before. Twice with one `run`: once. */
  rollbackNotebooks(input: StackInput & { run: string }): Promise<{ notebooks: number; since: string }>;
  /** Rotates what is due of the logs beside the platform. Twice: the second time nothing is due. Fails when one cannot be. */
  rotateLogs(input: StackInput): Promise<{ rotated: number; compressed: number; removed: number }>;
  /** One try of a job that calls deploy-data: files of git repositories to their places. */
  deployData(input: DataJobInput): Promise<DataJobResult>;
  /** One try of a job in a container. Twice: the container that was started is found again. */
  runContainerJob(input: ContainerJobInput): Promise<ContainerJobResult>;
  /** One restic snapshot of what is selected, or a failure and none that is presented as complete. Thins out old ones. */
  backUpStack(
    input: StackInput,
  ): Promise<{ snapshot: string; bytesAdded: number; paths: string[]; release: number | null; stopped?: string[] }>;
  /** Puts parts of a snapshot back, after what there is was saved. Twice: the saved state stays the first one. */
  restoreStack(input: RestoreInput): Promise<RestoredParts>;
  /** What `restoreStack` would do. Looks only. */
  previewRestore(input: RestoreInput): Promise<RestorePreview>;
  /** Restores the newest snapshot into scratch and looks at it. Leaves nothing. */
  verifyBackup(input: StackInput): Promise<VerifiedBackup>;
}

export interface RestoreInput extends StackInput {
  /** latest, release:N, or the id of a snapshot. */
  wanted: string;
  /** Names of components; absent or empty: all. */
  only?: string[];
  /** false: what there is is not saved first. */
  saveFirst?: boolean;
}

export interface RestoredParts {
  snapshot: string;
  release: number | null;
  /** COMPONENT/KIND/NUMBER. */
  restored: string[];
  /** What was laid aside instead of being put back: logs, protected files. */
  aside: string[];
  /** Snapshot of what there was before. */
  saved: string | null;
  stopped: string[];
  bytes: number;
}

export interface RestorePreview {
  snapshot: string;
  /** ISO 8601. */
  madeAt: string;
  release: number | null;
  stops: string[];
  parts: { key: string; what: string; changes?: { write: number; remove: number; names: string[] } }[];
}

export interface VerifiedBackup {
  snapshot: string;
  madeAt: string;
  ageHours: number;
  release: number | null;
  /** How many dumps were tried. */
  dumps: number;
  untried: string[];
  restoreSeconds: number;
  wholeBytes: number;
  /** How long a restore of the whole would take. */
  wholeSeconds: number;
}

export interface DataEntry {
  checkout: string;
  commit: string;
  previous: string | null;
  changedFiles: number;
  maps: number;
  actions: number;
}

/** ISO times of the first try: what the schedule started it for, and when a worker took it. */
export interface JobTimes {
  due?: string;
  takenAt?: string;
}

export interface DataJobInput extends StackInput, JobTimes {
  name: string;
  /** 1 for the first, which is meant without it. */
  attempt?: number;
}

/** failed: and tried again, `retries` times. late: it waited for a worker, and nothing was done. Null: the stack has no such job any more. */
export type DataJobResult = { entries: DataEntry[] } | { failed: string; retries: number } | { late: true } | null;

export interface ContainerJobInput extends StackInput, JobTimes {
  name: string;
  /** Of the text that was scheduled. */
  hash: string;
  /** Id of the workflow's run. */
  run: string;
  /** 1 for the first. */
  attempt: number;
}

export interface ContainerJobResult {
  /** removed: the stack has no job of that name any more; too late: it waited for a worker. Nothing was run then. */
  outcome: 'done' | 'failed' | 'timed out' | 'cut off' | 'removed' | 'too late';
  exitStatus: number | null;
  seconds: number;
  /** Of its output, redacted. */
  lastLines: string[];
  /** Tries that are left. */
  retries: number;
}

export type Activities = DeploymentActivities & JobActivities & FollowUpActivities;
export type { QuarantinedRelease };

/** The same, as they are implemented: plain functions that are told about the attempt they run in. */
export type StepActivities = {
  [Name in keyof Activities]: (input: Parameters<Activities[Name]>[0], step: Step) => ReturnType<Activities[Name]>;
};
