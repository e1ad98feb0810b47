/** Follows one deployment from the queue to its end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { messageOf } from '../activities/shared/failures.js';
import { EXIT, type StackRef } from '../workflows/contract.js';
import type { DeploymentStatus } from '../workflows/model.js';
import { noWorker, type Session } from './connection.js';
import { CommandEnd, type ExitStatus } from './failures.js';
import type { Io } from './io.js';
import { askDeployment, askKeeper, deploymentResult, isDeploymentClosed } from './keeper.js';
import { statusOfOutcome } from './outcomes.js';
import { outcomeLine, progressLines } from './render/progress.js';

export interface Following {
  session: Session;
  ref: StackRef;
  directory: string;
  number: number;
  io: Io;
  /** Between two looks. */
  pollMs?: number;
  /** A worker that is restarted comes back; one that stays away longer than this ends the waiting. */
  patienceMs?: number;
}

const POLL_MS = 500;
const PATIENCE_MS = 60_000;

/** Prints what changes; ends with the outcome's exit status. Throws `CommandEnd` when the worker stays away. */
export async function followDeployment(following: Following): Promise<ExitStatus> {
  const { session, ref, number, io, pollMs = POLL_MS, patienceMs = PATIENCE_MS } = following;
  const said = new Set<string>();
  const sayOnce = (line: string) => {
    if (!said.has(line)) io.out(line);
    said.add(line);
  };
  let before: DeploymentStatus | undefined;
  let lastAnswer = Date.now();
  for (;;) {
    const answer = await askDeployment(session, ref, number);
    if (answer.is === 'answer') {
      lastAnswer = Date.now();
      progressLines(before, answer.value).forEach((line) => io.out(line));
      before = answer.value;
    } else if (answer.is === 'not found') {
      if (await isStillToCome(following, sayOnce)) lastAnswer = Date.now();
    } else {
      sayOnce('the worker does not answer; waiting for it');
    }
    if (before !== undefined && (await isDeploymentClosed(session, ref, number))) return concluded(following);
    if (Date.now() - lastAnswer > patienceMs) throw noWorker(ref.host, session.choice, following.directory);
    await sleep(pollMs);
  }
}

/** Whether the keeper still has the deployment before it. */
async function isStillToCome({ session, ref, number }: Following, sayOnce: (line: string) => void): Promise<boolean> {
  const keeper = await askKeeper(session, ref);
  if (keeper.is === 'not found') throw new CommandEnd(EXIT.failed, 'The keeper was ended; nothing will be deployed.');
  if (keeper.is === 'no worker') return false;
  const { running, queued } = keeper.value;
  if (running !== undefined && running.number !== number) {
    sayOnce(`waiting for deployment ${running.number} (${running.reason}) to end`);
  }
  return running !== undefined || queued.some((request) => request.number === number);
}

async function concluded({ session, ref, number, io }: Following): Promise<ExitStatus> {
  try {
    const { outcome, message } = await session.within(() => deploymentResult(session, ref, number));
    io.out(outcomeLine(number, outcome, message));
    return statusOfOutcome(outcome);
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    // Terminated, or its code failed: there is no outcome, and nothing was rolled back.
    throw new CommandEnd(
      EXIT.failed,
      `deployment ${number} was ended from outside: ${messageOf(error.cause ?? error)}`,
    );
  }
}
