import { Client, type Connection } from '@temporalio/client';
import { messageOf } from '../activities/shared/failures.js';
import type { ServerChoice } from '../client/address.js';
import { unreachable } from '../client/failures.js';
import { openConnection } from '../client/open-connection.js';

export interface TemporalClient {
  client: Client;
  connection: Connection;
}

const CONNECT_LIMIT_MS = 10_000;

/** A client for as long as the worker lives. Throws `CommandEnd` (unreachable) that says which server and what is wrong. */
export async function connectClient(choice: ServerChoice): Promise<TemporalClient> {
  try {
    const connection = await openConnection(choice, { limitMs: CONNECT_LIMIT_MS, retries: true });
    return { connection, client: new Client({ connection, namespace: choice.namespace }) };
  } catch (error) {
    throw unreachable(
      `No answer from ${choice.sentence}: ${messageOf(error)}`,
      choice.isEmbedded ? 'Start birdkeeper up once more.' : 'Mend that, or name no server and use the embedded one.',
    );
  }
}
