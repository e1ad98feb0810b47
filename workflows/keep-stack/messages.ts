import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import { QUERIES, SIGNALS, UPDATES, type StackWord } from '../contract.js';
import type { Commits, DeployRequest, KeeperStatus } from '../model.js';

/** What a keeper carries over continue-as-new. */
export interface KeeperMemory {
  nextNumber: number;
  queue: DeployRequest[];
  last?: NonNullable<KeeperStatus['last']>;
  look?: NonNullable<KeeperStatus['look']>;
  backOff?: NonNullable<KeeperStatus['backOff']>;
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
}

export interface DeployAnswer {
  /** Number of the deployment that will look. */
  number: number;
  /** It joined a request that was queued already. */
  collapsed: boolean;
}

// The payloads are declared unknown: whoever reaches the server can send anything, and a handler must survive it.
export const forceDeploySignal = defineSignal<[unknown?]>(SIGNALS.forceDeploy);
export const deploymentNeededSignal = defineSignal<[unknown?]>(SIGNALS.deploymentNeeded);
export const deployUpdate = defineUpdate<DeployAnswer, [unknown?]>(UPDATES.deploy);
export const keeperStatusQuery = defineQuery<KeeperStatus>(QUERIES.status);
