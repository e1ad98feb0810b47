import { defineSignal } from '@temporalio/workflow';
import { SIGNALS, type WorkKind } from '../contract.js';

/** What a schedule starts whose work needs the stack for itself: names only. */
export interface RequestWorkInput {
  v: 1;
  host: string;
  stack: string;
  kind: WorkKind;
  /** How long the work may wait for its turn, in seconds. */
  deadlineSeconds: number;
  input: Readonly<Record<string, string>>;
}

/** How a piece of work ended: its result, or the message of its failure. */
export type WorkResult = { outcome: 'done'; result: unknown } | { outcome: 'failed'; message: string };

// The payload is declared unknown: whoever reaches the server can send anything.
export const workBegunSignal = defineSignal<[unknown?]>(SIGNALS.workBegun);
export const workDoneSignal = defineSignal<[unknown?]>(SIGNALS.workDone);
