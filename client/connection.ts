/** A connection to the chosen server that answers or fails within seconds, and is always closed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { Client, type Connection, isGrpcServiceError, ServiceError } from '@temporalio/client';
import { messageOf } from '../activities/shared/failures.js';
import type { ServerChoice } from './address.js';
import { unreachable } from './failures.js';
import { openConnection } from './open-connection.js';
import { POLLER_FRESH_MS, whoPolls } from './pollers.js';

/** With loading the libraries, the promise "within 5 s" is kept. */
const CONNECT_LIMIT_MS = 3_000;
export const CALL_LIMIT_MS = 3_500;
/** UNAVAILABLE; RESOURCE_EXHAUSTED: several people ask one keeper at once. */
const PASSING: readonly number[] = [14, 8];
const RETRY_MS = 200;

export interface Session {
  readonly client: Client;
  readonly choice: ServerChoice;
  /** Runs calls that must answer within the limit (`CALL_LIMIT_MS` unless given). */
  within<T>(call: () => Promise<T>, limitMs?: number): Promise<T>;
  close(): Promise<void>;
}

/** How to have a server and a worker, for messages. */
export const howToStart = (stackDirectory: string): string => `Start it with: birdkeeper up --stack ${stackDirectory}`;

/** Throws `CommandEnd` (unreachable) that says which server, why that one, and how to start it. */
export async function connect(choice: ServerChoice | undefined, stackDirectory: string): Promise<Session> {
  const start = howToStart(stackDirectory);
  if (!choice) {
    throw unreachable('No Temporal server: none is named, and no embedded one was ever started on this host.', start);
  }
  if (!choice.isRunning) throw unreachable(`Not running: ${choice.sentence}.`, start);
  const { namespace } = choice;
  try {
    const connection = await openConnection(choice, { limitMs: CONNECT_LIMIT_MS, retries: false });
    const client = new Client({ connection, namespace });
    return {
      client,
      choice,
      within: (call, limitMs = CALL_LIMIT_MS) => withRetries(connection, call, Date.now() + limitMs),
      close: () => connection.close(),
    };
  } catch (error) {
    const remedy = choice.isEmbedded
      ? start
      : `Start that server and its worker, or name none and use this host's own: birdkeeper up --stack ${stackDirectory}`;
    throw unreachable(`No answer from ${choice.sentence}: ${messageOf(error)}`, remedy);
  }
}

/** A server that is just starting, or asked too much at once, says so for a moment; nothing has been done then. */
async function withRetries<T>(connection: Connection, call: () => Promise<T>, end: number): Promise<T> {
  for (;;) {
    try {
      return await connection.withDeadline(end, call);
    } catch (error) {
      const cause = error instanceof ServiceError ? error.cause : error;
      const passes = isGrpcServiceError(cause) && PASSING.includes(Number(cause.code));
      if (!passes || Date.now() + RETRY_MS >= end) throw error;
      await sleep(RETRY_MS);
    }
  }
}

/** Connects, calls, and closes also when the call fails. */
export async function withSession<T>(
  choice: ServerChoice | undefined,
  stackDirectory: string,
  use: (session: Session) => Promise<T>,
): Promise<T> {
  const session = await connect(choice, stackDirectory);
  try {
    return await use(session);
  } finally {
    await session.close();
  }
}

/** Whether a worker of the host takes workflow tasks. A worker that was killed is missed after a minute or so. */
export async function isWorkerPolling(session: Session, host: string): Promise<boolean> {
  const pollers = await session.within(() => whoPolls(session.client, host));
  return pollers.some(({ at }) => Date.now() - at < POLLER_FRESH_MS);
}

export const noWorker = (host: string, choice: ServerChoice, stackDirectory: string) =>
  unreachable(`No worker of host ${host} answers on ${choice.sentence}.`, howToStart(stackDirectory));
