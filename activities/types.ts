/**
 * Every activity with its one input and one result. Workflows import these types; `createActivities` implements them.
 * No input holds a command, a path or an image to run: only names that are looked up in the host's own records.
 */
import type { Outcome, Phase, Trigger } from '../workflows/contract.js';
import type { Step } from './shared/step.js';
import type {
  Commits,
  PlanSummary,
  QuarantinedRelease,
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
  /** What the state directory knows: where numbering goes on. Changes nothing. */
  recallKeeper(input: StackInput): Promise<{ nextNumber: number }>;
  /** Opens the frame in the log and the folder of the deployment. Twice: the second time only the folder is looked at. */
  beginDeployment(input: DeploymentInput & { trigger: Trigger; reason: string }): Promise<{ startedAt: string }>;
  /** Looks at every checkout and at what runs. `fetch`: asks the remotes first. Moves nothing but remote-tracking refs. */
  observeStack(input: StackInput & { fetch: boolean; number?: number }): Promise<StackObservation>;
  /** Lays the wanted commits out beside the live checkouts. Twice: made afresh. */
  stageRelease(input: DeploymentInput & { commits: Commits }): Promise<{ checkouts: number; renderedFiles: string[] }>;
  /** Reads the staged stack, checks it and plans. `repair`: services that do not run as recorded count as changed. */
  validateRelease(input: DeploymentInput & { repair: boolean }): Promise<PlanSummary>;
  /** Pulls and builds what the plan lacks. Twice: what is there is not asked for again. */
  pullImages(input: DeploymentInput): Promise<{ pulled: string[]; built: string[] }>;
  /** Writes the intent, fast-forwards all checkouts or none, writes the rendered files. Twice: finishes what was begun. */
  advanceCheckouts(input: DeploymentInput): Promise<{ moved: string[]; renderedFiles: string[] }>;
  /** Does what the plan says, service by service. Twice: what was done is seen in the containers and not redone. */
  applyServices(input: DeploymentInput & { direction: Direction }): Promise<{ services: ServiceDecision[] }>;
  /** Waits until what was touched is healthy and quiet; fails early with type Unhealthy. Looks, changes nothing. */
  settleServices(input: DeploymentInput & { direction: Direction }): Promise<SettleResult>;
  /** Puts all checkouts and rendered files back to the former release; leaves alone what a person touched. */
  reverseCheckouts(input: DeploymentInput): Promise<{ moved: string[]; leftAlone: string[] }>;
  /** Records how it ended (release, quarantine, last good settings), closes the log frame, removes the staging. */
  concludeDeployment(input: ConcludeInput): Promise<void>;
  /** Makes the schedules what the live configuration says. */
  reconcileSchedules(input: StackInput): Promise<{ changed: string[] }>;
  /** Records what runs as release 0 when nothing is recorded. Touches nothing. */
  adoptStack(input: StackInput): Promise<{ adopted: boolean; running: number; drift: string[] }>;
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
  /** The release is bad until a commit moves or a person says otherwise. */
  quarantine: boolean;
}

export interface JobActivities {
  /** One run of the notebook deployment: stage, verify, swap. */
  deployNotebooks(
    input: StackInput,
  ): Promise<{ outcome: 'deployed' | 'up to date'; notebooks: number; commit: string }>;
  /** One restic snapshot of `BIRDKEEPER_BACKUP_PATHS`. */
  backUpStack(
    input: StackInput,
  ): Promise<{ snapshot: string; bytesAdded: number; paths: string[]; release: number | null }>;
}

export type Activities = DeploymentActivities & JobActivities;
export type { QuarantinedRelease };

/** The same, as they are implemented: plain functions that are told about the attempt they run in. */
export type StepActivities = {
  [Name in keyof Activities]: (input: Parameters<Activities[Name]>[0], step: Step) => ReturnType<Activities[Name]>;
};
