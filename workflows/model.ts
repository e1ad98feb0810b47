/**
 * Plain data that travels between activities, workflows, state files and the command line. Imports only names. What
 * crosses into a workflow history is small (under 10 kB per result) and free of secrets: names, hashes, digests.
 */
import type { PlannedFollowUp } from './follow-up-model.js';
import type { CheckoutWord, Outcome, Phase, StackWord, Trigger } from './contract.js';

/** Full commit id by checkout name. */
export type Commits = Record<string, string>;

/** What one look at one checkout saw. */
export interface CheckoutObservation {
  /** Unique in the stack: the basename of the directory, with a suffix when two share it. */
  name: string;
  /** Real path on the host. */
  dir: string;
  word: CheckoutWord;
  branch?: string;
  /** Short name of the remote-tracking branch, `origin/main`. */
  upstream?: string;
  /** Commit that is checked out. */
  head?: string;
  /** Commit of the remote-tracking branch after the look. */
  upstreamCommit?: string;
  /** Commits that upstream has and HEAD has not. */
  behind: number;
  /** Commits that HEAD has and upstream has not. */
  ahead: number;
  /** dirty: porcelain paths, at most 20, then `… and N more`. */
  files?: string[];
  /** unreachable, not a repository, missing: why, redacted, one line. */
  error?: string;
  /** Subject of `upstreamCommit`, at most 100 characters. */
  subject?: string;
  /** `BIRDKEEPER_PIN_…`: the tag or commit that is followed in the place of the upstream. `upstreamCommit` is its commit. */
  pin?: string;
  /** The upstream was force-pushed and the checkout holds no commit of a person's. */
  rewritten?: boolean;
}

/** What `observeStack` returns. */
export interface StackObservation {
  stack: string;
  checkouts: CheckoutObservation[];
  /** The newest good release, or null when none is recorded. */
  deployed: { number: number; commits: Commits } | null;
  /** Releases that a deployment of ours found bad and that nobody released since. */
  quarantined: QuarantinedRelease[];
  /** One sentence per service that does not run as recorded (capped at 20). */
  drift: string[];
  /** Containers of this compose project that run now. */
  running: number;
  /** Number of a deployment that advanced or applied and never concluded. */
  unfinished?: number;
  /** It was interrupted while checkouts moved, and nobody has put them in order yet: local changes may be ours. */
  interrupted?: boolean;
  /** The live configuration does not read: the last good settings were used for looking. */
  configurationError?: string;
  /** There are new commits, which have to be verified before anything of them runs. */
  verify?: boolean;
  /** Somebody wants to be told. */
  notices?: boolean;
  /** They were told of a bad state last. */
  wasTold?: boolean;
  /** `BIRDKEEPER_ON_DRIFT=repair`. */
  repairsDrift?: boolean;
  /** `BIRDKEEPER_PULL=always`: images whose tag moved in the registry, with the digest it has now. */
  movedImages?: { reference: string; digest: string }[];
  /** Why the registry could not be asked for these. */
  imagesError?: string;
}

/** What `verifyCommits` found in the commits that a deployment would bring. */
export interface CommitsVerdict {
  /** Commits that are not signed as required, a sentence each; nothing of this release is deployed. */
  unsigned: string[];
  /** What the push says that a person must do first, a sentence each. */
  forPerson: string[];
  /** Answers of the conditional triggers that were asked. */
  triggers: { checkout: string; deploys: boolean; detail: string }[];
  /** Every checkout that is behind has a conditional trigger, and all of them say no. */
  skips: boolean;
}

export interface QuarantinedRelease {
  commits: Commits;
  number: number;
  reason: string;
  /** ISO 8601, UTC. */
  at: string;
  /** Digests of the moved tags that it would have brought, by reference. */
  images?: Record<string, string>;
}

/** What `decideStack` concludes. */
export interface StackDecision {
  word: StackWord;
  /** Why, in a sentence or two. */
  reason: string;
  /** What clears it, when a person must act. */
  remedy?: string;
  /** Whether a deployment would clear it without a person. */
  deploys: boolean;
  /** What does not run as recorded is to be put right too. */
  repair: boolean;
  /** The commits that a deployment would bring (upstream where behind, HEAD elsewhere). */
  wanted: Commits;
}

export const SERVICE_ACTIONS = ['nothing', 'signal', 'restart', 'recreate'] as const;
export type ServiceAction = (typeof SERVICE_ACTIONS)[number];

/** One line of a plan: what happens to one service and why. */
export interface ServiceDecision {
  service: string;
  action: ServiceAction;
  /** With `signal`: HUP, USR1 … */
  signal?: string;
  reason: string;
}

/** What a deployment would do; small enough for a history, complete on disk. */
export interface PlanSummary {
  checkouts: { name: string; from: string; to: string; subjects: string[]; filesChanged: number }[];
  /** Rendered files whose text would change, as paths relative to their checkout or absolute; capped at 50. */
  renderedFiles: string[];
  images: { reference: string; how: 'pull' | 'build'; services: string[] }[];
  /** Only services whose action is not `nothing`; capped at 60. */
  services: ServiceDecision[];
  /** How many services stay as they are. */
  untouched: number;
  /** Services whose containers would be removed. */
  removed: string[];
  /** What could not be rolled back, a sentence each. */
  irreversible: string[];
  warnings: string[];
  /** Hash of what would be done: an approval holds for this and nothing else. */
  digest?: string;
  /** Hooks of components, in the order in which they run. */
  hooks?: PlannedHook[];
  /** Users' work that would be interrupted, a line each. */
  interrupts?: string[];
  /** Variables that `env.local.example` gained since the deployed release: `platform: NAME, NAME`. */
  newVariables?: string[];
  /** Services that are never put back by themselves (label `birdkeeper.rollback: manual`). */
  manualRollback?: string[];
  /** The conditional triggers said no: checkouts advance, nothing is touched. */
  skipped?: boolean;
  /** `BIRDKEEPER_APPROVAL` asks for a person's yes. */
  needsApproval?: boolean;
  /** `BIRDKEEPER_BACKUP_BEFORE` asks for a snapshot before anything moves. */
  backsUp?: boolean;
  /** What components asked for after it. */
  followUps?: PlannedFollowUp[];
  /** No window is open: the next one opens at that time (ISO 8601, UTC), or `NO_WINDOW`. */
  opensAt?: string;
}

export const HOOKS = ['pre', 'post'] as const;
/** pre: before the services are touched; post: after. */
export type Hook = (typeof HOOKS)[number];

export const PLATFORM_STEPS = [
  'create network and volumes',
  'restart proxy',
  'set up databases',
  'pull notebook images',
] as const;
/** What upstream's compose script does itself around `up`: they run among the hooks. */
export type PlatformStep = (typeof PLATFORM_STEPS)[number];

export interface PlannedHook {
  /** Directory name of the component. */
  component: string;
  hook: Hook;
  /** Not a file of the component, but this. */
  step?: PlatformStep;
}

/** One word or sentence part for a hook. */
export const describeHook = ({ component, hook, step }: PlannedHook): string => step ?? `${hook} of ${component}`;

export const HEALTH_WORDS = [
  'healthy',
  'running',
  'starting',
  'unhealthy',
  'restarting',
  'exited',
  'done',
  'missing',
] as const;
/** running: no health check, up; done: a one-shot service that exited 0. */
export type HealthWord = (typeof HEALTH_WORDS)[number];

export interface ServiceHealth {
  service: string;
  health: HealthWord;
  detail?: string;
}

/** What a service is, as recorded with a release (design: "What a service is"). */
export interface ServiceFingerprint {
  /** SHA-256 of its part of `docker compose config --format json`, keys sorted. */
  definition: string;
  /** SHA-256 over env files, file-based configs and secrets, and content of ours that is mounted. */
  content: string;
  /** Per mounted path of ours: hash, so that a change can be named. */
  contents: Record<string, string>;
  /** Per mount in which a rule of a component names places: a hash of each, and of the rest under the mount's path. */
  parts?: Record<string, Record<string, string>>;
  /** Image reference as Compose has it. */
  image: string;
  /** Image id (`sha256:…`). */
  imageId: string;
}

/** A recorded good state of the host, one JSON line in `releases.jsonl`. */
export interface Release {
  /** Number of the deployment that made it; 0 for an adopted stack. */
  number: number;
  at: string;
  commits: Commits;
  services: Record<string, ServiceFingerprint>;
  /** Container ids by service at the time of recording. */
  containers: Record<string, string[]>;
  /** SHA-256 of the text of each rendered file, by live path. */
  rendered: Record<string, string>;
  /** Services whose containers had done their work and ended well: they need not run. */
  oneShots?: string[];
}

/** One attempt, one JSON line in `deployments.jsonl`. */
export interface DeploymentRecord {
  number: number;
  trigger: Trigger;
  reason: string;
  startedAt: string;
  endedAt: string;
  outcome: Outcome;
  /** Phase in which it ended. */
  phase: Phase;
  /** Why it ended so, redacted. */
  message: string;
  from: Commits;
  to: Commits;
  services: ServiceDecision[];
  /** Who asked for it, `user@host`; absent when nobody did. */
  by?: string;
  hooks?: HookResult[];
  /** Seconds that each phase took. */
  phases?: Partial<Record<Phase, number>>;
  /** Phase whose step failed first; absent when none did. `phase` is `roll back` when it was put back. */
  failedIn?: Phase;
}

export interface HookResult extends PlannedHook {
  /** Exit status; null: it did not end in time, or could not be started. */
  status: number | null;
  seconds: number;
}

/** Answer of the `status` query of a deployment and text of its current details. */
export interface DeploymentStatus {
  number: number;
  phase: Phase;
  trigger: Trigger;
  reason: string;
  word?: StackWord;
  checkouts: CheckoutObservation[];
  plan?: PlanSummary;
  health: ServiceHealth[];
  outcome?: Outcome;
  message?: string;
  /** What happens next, or what a person must do. */
  next: string;
}

export type { DeployRequest, HandOver, KeeperStatus, Pause, WaitingRelease } from './keeper-model.js';
