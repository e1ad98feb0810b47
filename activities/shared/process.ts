/** Whether a process of this host still runs, and is still the same. */
import { existsSync, readlinkSync } from 'node:fs';
import { readFile } from 'node:fs/promises';

/** Whether a process runs and is the one that started then. Without a start (no /proc) the number decides. */
export async function isProcessAlive(pid: number, pidStart: string | undefined): Promise<boolean> {
  if (!processExists(pid)) return false;
  const start = await processStart(pid);
  const then = pidStart?.split('@')[0];
  return start !== 'gone' && (start === undefined || then === undefined || start === then);
}

/**
 * What is written down beside the number of a process, so that it is known again: when it started, and in which namespace the
 * number holds (`TICKS@NAMESPACE`). A number out of another container names another process here.
 */
export async function processMark(pid: number): Promise<string | undefined> {
  const start = await processStart(pid);
  const namespace = pidNamespace();
  return start === undefined || namespace === undefined ? start : `${start}@${namespace}`;
}

/** Whether a mark was made in another container than this process runs in: its number says nothing here. */
export function isElsewhere(mark: string | undefined): boolean {
  const namespace = mark?.split('@')[1];
  return namespace !== undefined && namespace !== pidNamespace();
}

function pidNamespace(): string | undefined {
  try {
    return /\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0];
  } catch {
    return undefined;
  }
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
