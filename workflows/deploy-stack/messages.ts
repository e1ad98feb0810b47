import type { Outcome, Phase, Trigger } from '../contract.js';
import type { Commits } from '../model.js';

export interface DeployStackInput {
  v: 1;
  host: string;
  stack: string;
  number: number;
  trigger: Trigger;
  force: boolean;
  reason: string;
}

export interface DeployStackResult {
  number: number;
  outcome: Outcome;
  /** Phase in which it ended. */
  phase: Phase;
  message: string;
  /** What it was to bring; empty when it ended before looking. */
  commits: Commits;
}
