import { Client, Connection } from '@temporalio/client';
import type { ServerChoice } from '../client/address.js';

export interface TemporalClient {
  client: Client;
  connection: Connection;
}

const CONNECT_LIMIT_MS = 10_000;

/** A client for as long as the worker lives. */
export async function connectClient({ address, namespace, security }: ServerChoice): Promise<TemporalClient> {
  const connection = await Connection.connect({ address, connectTimeout: CONNECT_LIMIT_MS, ...security });
  return { connection, client: new Client({ connection, namespace }) };
}
