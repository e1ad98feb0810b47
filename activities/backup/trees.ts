/** Directories of this host, as far as a restore has to know them. */
import { lstat, readdir, statfs } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { unlessMissing } from '../shared/files.js';
import type { TreeEntry } from './compare-trees.js';

/** Everything at and below a path; nothing when it is not there. */
export async function readTree(root: string): Promise<TreeEntry[]> {
  const first = await unlessMissing(lstat(root));
  if (first === undefined) return [];
  const below = first.isDirectory() ? await readdir(root, { recursive: true, withFileTypes: true }) : [];
  const paths = [root, ...below.map((entry) => join(entry.parentPath, entry.name))];
  const entries: TreeEntry[] = [];
  for (const path of paths) {
    const stat = await unlessMissing(lstat(path));
    if (stat === undefined) continue;
    const bytes = stat.isFile() ? stat.size : 0;
    entries.push({ path: relative(root, path), type: typeOf(stat), bytes, changedMs: Math.floor(stat.mtimeMs) });
  }
  return entries;
}

function typeOf(stat: { isFile(): boolean; isDirectory(): boolean; isSymbolicLink(): boolean }): TreeEntry['type'] {
  if (stat.isFile()) return 'file';
  if (stat.isDirectory()) return 'dir';
  return stat.isSymbolicLink() ? 'symlink' : 'other';
}

/** Throws DiskFull before anything is written. */
export async function requireRoom(directory: string, bytes: number, what: string): Promise<void> {
  const { bavail, bsize } = await statfs(directory);
  const free = bavail * bsize;
  // Blocks are not filled, and directories take room too.
  const needed = Math.ceil(bytes * 1.05);
  if (free >= needed) return;
  const numbers = `${Math.ceil(needed / 1e6)} MB are needed, ${Math.floor(free / 1e6)} MB are free`;
  throw new StepFailure(FAILURES.diskFull, `${what}: ${numbers} in ${directory}. Make room there.`);
}
