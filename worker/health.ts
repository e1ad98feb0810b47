/** Answers on a socket of the state directory whether this worker polls: the health check of a container asks there. */
import { chmod } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { Client } from '@temporalio/client';
import { healthSocket, type WorkerAnswer } from '../activities/health/worker-answer.js';
import { messageOf } from '../activities/shared/failures.js';
import { listenAt } from '../activities/shared/socket.js';
import { POLLER_FRESH_MS, whoPolls } from '../client/pollers.js';

/** The health check of the image gives up after 5 s. */
const ASK_LIMIT_MS = 4_000;

export interface HealthQuestion {
  client: Client;
  host: string;
  /** Of this very worker: a former one of the same state directory may still be seen by the server. */
  identity: string;
}

/** What the server says of this worker counts: a process that lives, with a connection that hangs, does not poll. */
export async function askWhetherItPolls({ client, host, identity }: HealthQuestion): Promise<WorkerAnswer> {
  try {
    const pollers = await client.connection.withDeadline(Date.now() + ASK_LIMIT_MS, () => whoPolls(client, host));
    const own = pollers.find((poller) => poller.identity === identity);
    if (own === undefined) return { polls: false, says: `${identity} has not polled for host ${host} yet` };
    const silent = Math.round((Date.now() - own.at) / 1_000);
    return silent * 1_000 > POLLER_FRESH_MS
      ? { polls: false, says: `${identity} has not polled for host ${host} for ${silent} s` }
      : { polls: true, says: `${identity} polls for host ${host}` };
  } catch (error) {
    return { polls: false, says: `the Temporal server does not answer: ${messageOf(error).split('\n')[0]}` };
  }
}

export interface Health {
  /** What is answered from now on; until then: that it begins. */
  answerWith(ask: () => Promise<WorkerAnswer>): void;
  close(): Promise<void>;
}

/** `tell` hears why nobody can ask, where nothing can listen. */
export async function serveHealth(stateDirectory: string, tell: (line: string) => void): Promise<Health> {
  let ask = (): Promise<WorkerAnswer> => Promise.resolve({ polls: false, says: 'it begins' });
  const server = createServer((_request, response) => {
    void ask().then((answer) => {
      response.writeHead(answer.polls ? 200 : 503, { 'content-type': 'application/json', connection: 'close' });
      response.end(`${JSON.stringify(answer)}\n`);
    });
  });
  const path = healthSocket(stateDirectory);
  try {
    await listenAt(path, server);
    await chmod(path, 0o666);
  } catch (error) {
    tell(`Nobody can ask this worker whether it polls: ${messageOf(error)}`);
  }
  return {
    answerWith: (answer) => void (ask = answer),
    close: async () => {
      server.closeAllConnections();
      await new Promise<void>((resolve) => void server.close(() => resolve()));
    },
  };
}
