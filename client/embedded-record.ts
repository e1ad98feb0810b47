/** `server.json` in the state directory: where the embedded Temporal server of this host is, written by `up`. */
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeAtomically } from '../activities/shared/files.js';
import { isElsewhere, isProcessAlive } from '../activities/shared/process.js';
import { isListenedTo } from '../activities/shared/socket.js';
import { SERVER_FILE } from './places.js';

export const EmbeddedRecord = z.object({
  /** HOST:PORT of the gRPC front end. */
  address: z.string(),
  /** HOST:PORT of the web interface. */
  uiAddress: z.string(),
  /** Process of the server; absent when it was stopped. */
  pid: z.number().int().positive().exactOptional(),
  /** Start of that process in clock ticks since boot: a number used again by another process is told apart. */
  pidStart: z.string().exactOptional(),
  /** SQLite file; its name carries the server's version. */
  database: z.string(),
  serverVersion: z.string(),
  cliVersion: z.string(),
});
export type EmbeddedRecord = z.infer<typeof EmbeddedRecord>;

export const readEmbeddedRecord = (stateDirectory: string): Promise<EmbeddedRecord | undefined> =>
  readJson(join(stateDirectory, SERVER_FILE), EmbeddedRecord);

/** Readable by everybody: a command line run as another user finds the server by it. Holds no secret. */
export const writeEmbeddedRecord = (stateDirectory: string, record: EmbeddedRecord): Promise<void> =>
  writeAtomically(join(stateDirectory, SERVER_FILE), `${JSON.stringify(record, null, 2)}\n`, 0o644);

/** Whether the process that the record names runs still. One in another container does when it takes connections. */
export async function isServerAlive({ pid, pidStart, address }: EmbeddedRecord): Promise<boolean> {
  if (pid === undefined) return false;
  if (!isElsewhere(pidStart)) return isProcessAlive(pid, pidStart);
  const at = address.lastIndexOf(':');
  return isListenedTo({ host: address.slice(0, at), port: Number(address.slice(at + 1)) });
}

/** Whether another process than those seen from here is meant: it is not ours to end. */
export const isServerElsewhere = ({ pidStart }: EmbeddedRecord): boolean => isElsewhere(pidStart);
