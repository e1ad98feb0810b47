/** `server.json` in the state directory: where the embedded Temporal server of this host is, written by `up`. */
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { readJson, writeAtomically } from '../activities/shared/files.js';
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

/** Whether the process that the record names runs still. */
export const isServerAlive = ({ pid, pidStart }: EmbeddedRecord): Promise<boolean> =>
  pid === undefined ? Promise.resolve(false) : isProcessAlive(pid, pidStart);

/** Whether a process runs and is the one that started then. Without a start (no /proc) the number decides. */
export async function isProcessAlive(pid: number, pidStart: string | undefined): Promise<boolean> {
  if (!processExists(pid)) return false;
  const start = await processStart(pid);
  return start !== 'gone' && (start === undefined || pidStart === undefined || start === pidStart);
}

/** Field 22 of /proc/PID/stat; `gone` for a process that ended, reaped or not; undefined where there is no /proc. */
export async function processStart(pid: number): Promise<string | undefined> {
  try {
    return parseProcessStart(await readFile(`/proc/${pid}/stat`, 'utf8'));
  } catch {
    // It may have been reaped since somebody asked whether it exists.
    return existsSync('/proc/self/stat') ? 'gone' : undefined;
  }
}

/** The name of the program, in parentheses, may hold blanks and parentheses itself: what counts is after the last one. */
export function parseProcessStart(stat: string): string | undefined {
  const [state, ...rest] = stat
    .slice(stat.lastIndexOf(')') + 1)
    .trim()
    .split(' ');
  return state === 'Z' || state === 'X' ? 'gone' : rest[18];
}

function processExists(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Another user's process refuses the signal: it is there.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}
