import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { QUERIES, SIGNALS, UPDATES, type StackWord } from '../contract.js';
import type { Approval } from './approval.js';
import type { WorkRequest } from '../keeper-model.js';
import type { Commits, DeployRequest, HandOver, KeeperStatus, Pause, WaitingRelease } from '../model.js';

/** What a keeper carries over continue-as-new. */
export interface KeeperMemory {
  nextNumber: number;
  queue: DeployRequest[];
  last?: NonNullable<KeeperStatus['last']>;
  look?: NonNullable<KeeperStatus['look']>;
  backOff?: NonNullable<KeeperStatus['backOff']>;
  paused?: Pause;
  waiting?: WaitingRelease;
  /** A person said yes to a plan, and its deployment ended before it changed anything. */
  approved?: Approval;
  /** A person said no to what waited; it is yet to be written down. */
  rejected?: Rejection;
  /** A deployment that ran already when this keeper was started. */
  attached?: number;
  /** It begins nothing more; see `isHandedOver`. */
  handedOver?: HandOver;
  /** Work that is asked for, oldest first. */
  work?: WorkRequest[];
  /** Work that runs; of a new keeper: that ran already when it was started. */
  working?: WorkRequest;
  /** The last piece was a deployment: work comes first now. */
  workNext?: boolean;
  /** Pause and waiting release as they were last written to the state directory; see `noteOf`. */
  noted?: string;
}

export interface KeepStackInput {
  v: 1;
  host: string;
  stack: string;
  memory: KeeperMemory;
}

/** What `checkStack` tells at every look whose word is not `up to date`. */
export interface DeploymentNeeded {
  word: StackWord;
  reason: string;
  commits: Commits;
  /** Whether a deployment clears it. */
  deploys: boolean;
}

export interface DeployAsk {
  reason?: string;
  force?: boolean;
  /** first: `up` found a stack of which nothing runs. */
  first?: boolean;
  /** Who asks, `user@host`. */
  by?: string;
}

export interface DeployAnswer {
  /** Number of the deployment that will look. */
  number: number;
  /** It joined a request that was queued already. */
  collapsed: boolean;
}

/** Payload of `rollback`. Without a number: the release before the one that is deployed. */
export interface RollbackAsk {
  number?: number;
  by?: string;
  reason?: string;
}

export interface RollbackAnswer extends DeployAnswer {
  /** Number of the release; -1: the one before. */
  to: number;
}

/** Payload of `approve` and `reject`; `number` is that of the deployment that waits. */
export interface Verdict {
  number: number;
  by: string;
  reason?: string;
}

export interface Rejection {
  number: number;
  commits: Commits;
  by: string;
  reason: string;
}

// The payloads are declared unknown: whoever reaches the server can send anything, and a handler must survive it.
export const forceDeploySignal = defineSignal<[unknown?]>(SIGNALS.forceDeploy);
export const deploymentNeededSignal = defineSignal<[unknown?]>(SIGNALS.deploymentNeeded);
export const deployUpdate = defineUpdate<DeployAnswer, [unknown?]>(UPDATES.deploy);
export const rollbackUpdate = defineUpdate<RollbackAnswer, [unknown?]>(UPDATES.rollback);
export const keeperStatusQuery = defineQuery<KeeperStatus>(QUERIES.status);
