/** What a keeper holds and tells. Plain data, as in `model.ts`. */
import type { Outcome, StackWord, Trigger, WorkKind } from './contract.js';
import type { Commits } from './model.js';

/** A request in the keeper's queue. */
export interface DeployRequest {
  number: number;
  trigger: Trigger;
  force: boolean;
  reason: string;
  /** What the check that asked saw as wanted; absent when a person asked. */
  commits?: Commits;
  /** Who asked, `user@host`. */
  by?: string;
  /** Exactly these commits, which waited. */
  release?: Commits;
  /** Digest of the plan that a person said yes to; any other is asked for again. */
  approvedPlan?: string;
  /** A former release, by its number; -1: the one before the deployed one. */
  rollbackTo?: number;
}

/** What the keeper holds back until a person says yes or a window opens. */
export interface WaitingRelease {
  /** Deployment that ended `waiting`. */
  number: number;
  commits: Commits;
  digest: string;
  needsApproval: boolean;
  /** ISO 8601, or `NO_WINDOW`. */
  opensAt?: string;
  /** What it waits for, a sentence. */
  why: string;
  at: string;
  /** Said yes already; a window has yet to open. */
  approvedBy?: string;
}

/** A piece of work that somebody asked the keeper for. */
export interface WorkRequest {
  kind: WorkKind;
  /** Id of the workflow that asked: it is told when the work begins and how it ended. */
  id: string;
  /** Names only; what the workflow that does it takes besides host and stack. */
  input: Readonly<Record<string, string>>;
}

/** Why nothing is deployed by itself. */
export interface Pause {
  reason: string;
  by: string;
  at: string;
}

/** The keeper begins nothing more, because another version of the code is to take over. */
export interface HandOver {
  by: string;
  at: string;
}

/** Answer of the `status` query of a keeper. */
export interface KeeperStatus {
  stack: string;
  host: string;
  running?: { number: number; trigger: Trigger; reason: string };
  queued: DeployRequest[];
  /** Work that runs now, in the place of a deployment. */
  working?: WorkRequest;
  queuedWork?: WorkRequest[];
  last?: { number: number; outcome: Outcome; message: string; at: string };
  /** What the newest check said. */
  look?: { word: StackWord; reason: string; commits: Commits; at: string };
  /** Commits that failed before anything moved: not tried again before that time, unless a person asks. */
  backOff?: { commits: Commits; failures: number; until: string };
  paused?: Pause;
  waiting?: WaitingRelease;
  handedOver?: HandOver;
  nextNumber: number;
}
