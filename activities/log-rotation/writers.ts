/** Which processes have a file open, as far as /proc shows them: all of the host for root there, fewer in a container. */
import type { BigIntStats } from 'node:fs';
import { readdir, readFile, stat } from 'node:fs/promises';

const ACCESS_MODE = 0o3;
const APPEND = 0o2000;

export interface Writers {
  /** Open for writing, each write at the end. */
  appending: number;
  /** Open for writing where it left off: such a writer leaves a hole when the file becomes shorter. */
  positioned: number;
}

/** `flags` of /proc/PID/fdinfo/FD. Pure. */
export function writerKind(fdinfo: string): keyof Writers | undefined {
  const flags = parseInt(/^flags:\s*([0-7]+)$/m.exec(fdinfo)?.[1] ?? '0', 8);
  if ((flags & ACCESS_MODE) === 0) return undefined;
  return (flags & APPEND) === 0 ? 'positioned' : 'appending';
}

/** Other processes than this one. */
export async function writersOf(file: BigIntStats): Promise<Writers> {
  const found: Writers = { appending: 0, positioned: 0 };
  const pids = (await listed('/proc')).filter((name) => /^\d+$/.test(name) && name !== String(process.pid));
  for (const pid of pids) {
    for (const fd of await listed(`/proc/${pid}/fd`)) {
      const opened = await stat(`/proc/${pid}/fd/${fd}`, { bigint: true }).catch(() => undefined);
      if (opened?.ino !== file.ino || opened.dev !== file.dev) continue;
      const kind = writerKind(await readFile(`/proc/${pid}/fdinfo/${fd}`, 'utf8').catch(() => ''));
      if (kind) found[kind] += 1;
    }
  }
  return found;
}

/** A process that ended, or that we may not look at, shows nothing. */
const listed = (path: string): Promise<string[]> => readdir(path).catch(() => []);
