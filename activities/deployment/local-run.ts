/**
 * `deploy --local` makes a deployment without the server. Where the server comes back meanwhile or later, its deployments
 * wait for the local one, and an older one that was in the middle has nothing left to do.
 */
import { FAILURES, StepFailure } from '../shared/failures.js';
import { isElsewhere, isProcessAlive } from '../shared/process.js';
import { isListenedTo } from '../shared/socket.js';
import type { LocalRun, StackState } from '../state/index.js';

/** Where a local deployment listens as long as it lives, for who runs in another container. */
export const localSocket = (stack: StackState): string => stack.path('local.sock');

export async function isRunAlive(stack: StackState, run: LocalRun): Promise<boolean> {
  if (run.endedAt !== undefined) return false;
  if (isElsewhere(run.pidStart)) return isListenedTo({ path: localSocket(stack) });
  return isProcessAlive(run.pid, run.pidStart);
}

/**
 * Throws Busy while a local deployment runs, Superseded when a later one was made than `number`: without the server, or before
 * the server was put back to what it knew at the time of a backup.
 */
export async function requireTurn(stack: StackState, number: number): Promise<void> {
  const later = (await stack.deployments()).find((record) => record.number > number);
  if (later) {
    throw new StepFailure(
      FAILURES.superseded,
      `deployment ${later.number} has ended since, which the server does not know (it was put back to an older state, or was away): nothing is left to do`,
    );
  }
  const local = await stack.localRun();
  if (local === undefined || local.number === number) return;
  if (await isRunAlive(stack, local)) {
    throw new StepFailure(
      FAILURES.busy,
      `Deployment ${local.number} of ${stack.name} runs without the server (process ${local.pid}); it is waited for.`,
      5_000,
    );
  }
  if (local.number > number) {
    throw new StepFailure(
      FAILURES.superseded,
      `deployment ${local.number} was made without the server in the meantime (deploy --local): nothing is left to do`,
    );
  }
}
