import type { Outcome, Phase, Trigger } from '../contract.js';
import type { Commits, WaitingRelease } from '../model.js';

export interface DeployStackInput {
  v: 1;
  host: string;
  stack: string;
  number: number;
  trigger: Trigger;
  force: boolean;
  reason: string;
  /** Who asked, `user@host`; absent when nobody did. */
  by?: string;
  /** Exactly these commits, which waited for a yes or a window. */
  release?: Commits;
  /** Digest of the plan that a person said yes to. */
  approvedPlan?: string;
  /** Number of a former release; -1: the one before the deployed one. */
  rollbackTo?: number;
}

export interface DeployStackResult {
  number: number;
  outcome: Outcome;
  /** Phase in which it ended. */
  phase: Phase;
  message: string;
  /** What it was to bring; empty when it ended before looking. */
  commits: Commits;
  /** With outcome `waiting`: for what. */
  waits?: Pick<WaitingRelease, 'digest' | 'needsApproval' | 'opensAt'>;
  /** Digest of the plan that a person had said yes to, when nothing came of it: the yes holds for the next try. */
  approvedPlan?: string;
  /** The state directory knows of deployments that the keeper does not (`deploy --local`): numbering goes on from here. */
  nextNumber?: number;
}
