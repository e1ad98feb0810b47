/** A private directory for one piece of work of a checkout's owner: nobody else may look into it, and it does not stay. */
import { chown, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Owner } from './owner.js';

/** Calls `use` with the path. It lies in the system's scratch directory: where ours lies, only root may go. */
export async function withScratch<T>(name: string, owner: Owner, use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), `birdkeeper-${name}-`));
  try {
    if (owner.drop) await chown(dir, owner.uid, owner.gid);
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
