/** Follows one deployment from the queue to its end. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WorkflowFailedError } from '@temporalio/client';
import { messageOf } from '../activities/shared/failures.js';
import { EXIT } from '../workflows/contract.js';
import { noWorker, type Session } from './connection.js';
import { CommandEnd, deepest, INTERRUPTED, type ExitStatus } from './failures.js';
import type { CommandContext } from './io.js';
import { askDeployment, askKeeper, deploymentResult, isDeploymentClosed } from './keeper.js';
import { displayOn, type Display } from './live/display.js';
import { statusOfOutcome } from './outcomes.js';
import { outcomeLine } from './render/progress.js';
import type { KnownStack } from './stack.js';

export interface Following {
  session: Session;
  stack: KnownStack;
  number: number;
  context: CommandContext;
  /** Between two looks. */
  pollMs?: number;
  /** A worker that is restarted comes back; one that stays away longer than this ends the waiting. */
  patienceMs?: number;
}

const POLL_MS = 500;
const PATIENCE_MS = 60_000;

/**
 * Shows what changes; ends with the outcome's exit status. ^C ends the showing, not the deployment (`INTERRUPTED`). Throws
 * `CommandEnd` when the worker stays away.
 */
export async function followDeployment(following: Following): Promise<ExitStatus> {
  const { number, stack, context } = following;
  const interruption = context.io.interruption();
  const display = await displayOn(context, stack, number);
  try {
    const end = await Promise.race([untilClosed(following, display), aborted(interruption.signal)]);
    display.end();
    if (end === 'closed') return await concluded(following);
    const where = stack.directory;
    context.io.out(`deployment ${number} goes on without you. Follow it with: birdkeeper status --stack ${where}`);
    return INTERRUPTED;
  } finally {
    display.end();
    interruption.done();
  }
}

const aborted = (signal: AbortSignal): Promise<'aborted'> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve('aborted');
    else signal.addEventListener('abort', () => resolve('aborted'), { once: true });
  });

async function untilClosed(following: Following, display: Display): Promise<'closed'> {
  const { session, number, pollMs = POLL_MS, patienceMs = PATIENCE_MS } = following;
  const { ref, directory } = following.stack;
  let isSeen = false;
  let lastAnswer = Date.now();
  for (;;) {
    const answer = await askDeployment(session, ref, number);
    if (answer.is === 'answer') {
      lastAnswer = Date.now();
      isSeen = true;
      display.seen(answer.value);
    } else if (answer.is === 'not found') {
      if (await isStillToCome(following, display)) lastAnswer = Date.now();
    } else {
      display.say('the worker does not answer; waiting for it');
    }
    if (isSeen && (await isDeploymentClosed(session, ref, number))) return 'closed';
    if (Date.now() - lastAnswer > patienceMs) throw noWorker(ref.host, session.choice, directory);
    await sleep(pollMs);
  }
}

/** Whether the keeper still has the deployment before it. */
async function isStillToCome({ session, stack, number }: Following, display: Display): Promise<boolean> {
  const keeper = await askKeeper(session, stack.ref);
  if (keeper.is === 'not found') throw new CommandEnd(EXIT.failed, 'The keeper was ended; nothing will be deployed.');
  if (keeper.is === 'no worker') return false;
  const { running, queued } = keeper.value;
  if (running !== undefined && running.number !== number) {
    display.say(`waiting for deployment ${running.number} (${running.reason}) to end`);
  }
  return running !== undefined || queued.some((request) => request.number === number);
}

async function concluded({ session, stack, number, context }: Following): Promise<ExitStatus> {
  try {
    const { outcome, message } = await session.within(() => deploymentResult(session, stack.ref, number));
    context.io.out(outcomeLine(number, outcome, message));
    return statusOfOutcome(outcome);
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    // Terminated, or its code failed: there is no outcome, and nothing was rolled back.
    throw new CommandEnd(EXIT.failed, `deployment ${number} was ended from outside: ${messageOf(deepest(error))}`);
  }
}
