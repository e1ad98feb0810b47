/** For commands that ask the keeper for something: it answers now, and what it did with the request is seen in its status. */
import { setTimeout as sleep } from 'node:timers/promises';
import { EXIT } from '../workflows/contract.js';
import type { KeeperStatus } from '../workflows/model.js';
import { howToStart, noWorker, withSession, type Session } from './connection.js';
import { CommandEnd, unreachable } from './failures.js';
import type { CommandContext, CommonOptions } from './io.js';
import { askKeeper, requireAnsweringWorker, tellKeeper } from './keeper.js';
import { findStack, serverFor, type KnownStack } from './stack.js';

export interface Kept {
  session: Session;
  stack: KnownStack;
  /** What the keeper said a moment ago. */
  status: KeeperStatus;
}

/** Throws `CommandEnd` (unreachable) when no server, no worker or no keeper answers. */
export async function withKeeper<T>(
  { settings }: CommandContext,
  options: CommonOptions,
  use: (kept: Kept) => Promise<T>,
): Promise<T> {
  const stack = await findStack(settings, options.stack, options.envFile);
  const choice = await serverFor(settings, stack, options.address);
  return withSession(choice, stack.directory, async (session) => {
    const status = await requireAnsweringWorker(session, stack.ref, stack.directory);
    if (status === undefined) throw noKeeper({ session, stack });
    return use({ session, stack, status });
  });
}

const noKeeper = ({ session, stack }: Pick<Kept, 'session' | 'stack'>): CommandEnd =>
  unreachable(`Stack ${stack.ref.stack} has no keeper on ${session.choice.sentence}.`, howToStart(stack.directory));

/** A signal is handled within a moment; a worker that is busy or that has just been replaced takes longer. */
const SHOWN_LIMIT_MS = 10_000;
const POLL_MS = 100;

/**
 * Sends a signal and waits until the keeper's status shows it. Throws `CommandEnd` when it never does: an older worker does
 * not know the signal.
 */
export async function tellAndSee(
  { session, stack }: Kept,
  signal: Parameters<typeof tellKeeper>[2],
  payload: Parameters<typeof tellKeeper>[3],
  shows: (status: KeeperStatus) => boolean,
): Promise<KeeperStatus> {
  if (!(await tellKeeper(session, stack.ref, signal, payload))) throw noKeeper({ session, stack });
  const end = Date.now() + SHOWN_LIMIT_MS;
  for (;;) {
    const answer = await askKeeper(session, stack.ref);
    if (answer.is === 'not found') throw noKeeper({ session, stack });
    if (answer.is === 'answer' && shows(answer.value)) return answer.value;
    if (Date.now() > end) {
      if (answer.is === 'no worker') throw noWorker(stack.ref.host, session.choice, stack.directory);
      throw new CommandEnd(
        EXIT.failed,
        `The keeper was told to ${signal} and shows nothing of it after ${SHOWN_LIMIT_MS / 1000} s. Look at it with: birdkeeper status --stack ${stack.directory}`,
      );
    }
    await sleep(POLL_MS);
  }
}
