/** Compares one path of a work tree with the same path in two laid out trees. Follows no links. */
import { lstat, open, readlink, type FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { join } from 'node:path';
import { isMissing } from '../shared/files.js';
import type { OnDisk } from './recover-plan.js';

export async function onDisk(root: string, path: string, trees: { from: string; to: string }): Promise<OnDisk> {
  const live = await statBeneath(root, path);
  const from = await statBeneath(trees.from, path);
  const to = await statBeneath(trees.to, path);
  const compareWith = (tree: string, stats: Stats | undefined) =>
    compare({ path: join(root, path), stats: live }, { path: join(tree, path), stats });
  const withFrom = await compareWith(trees.from, from);
  if (withFrom === 'same') return 'from';
  const withTo = await compareWith(trees.to, to);
  if (withTo === 'same') return 'to';
  if (live === undefined) return 'absent';
  return withFrom === 'beginning' || withTo === 'beginning' ? 'cut short' : 'other';
}

/** Whether something that is no directory lies at the path. */
export async function liesAt(root: string, path: string): Promise<boolean> {
  const stats = await statBeneath(root, path);
  return stats !== undefined && !stats.isDirectory();
}

/** Undefined also where a parent is a link or a file: in git's eyes nothing of the tree is there then. */
async function statBeneath(root: string, path: string): Promise<Stats | undefined> {
  const parts = path.split('/');
  let current = root;
  for (const [index, part] of parts.entries()) {
    current = join(current, part);
    const stats = await statOf(current);
    if (stats === undefined || index === parts.length - 1) return stats;
    if (!stats.isDirectory()) return undefined;
  }
  return undefined;
}

async function statOf(path: string): Promise<Stats | undefined> {
  try {
    return await lstat(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

interface Entry {
  path: string;
  stats: Stats | undefined;
}

/** beginning: the first file holds the beginning of the second, nothing included. */
async function compare(live: Entry, tree: Entry): Promise<'same' | 'beginning' | 'different'> {
  if (!live.stats || !tree.stats) return live.stats === tree.stats ? 'same' : 'different';
  if (live.stats.isDirectory() && tree.stats.isDirectory()) return 'same';
  if (live.stats.isSymbolicLink() && tree.stats.isSymbolicLink()) {
    return (await readlink(live.path)) === (await readlink(tree.path)) ? 'same' : 'different';
  }
  if (!live.stats.isFile() || !tree.stats.isFile() || live.stats.size > tree.stats.size) return 'different';
  if (!(await beginsAlike(live.path, tree.path, live.stats.size))) return 'different';
  if (live.stats.size < tree.stats.size) return 'beginning';
  return isExecutable(live.stats) === isExecutable(tree.stats) ? 'same' : 'different';
}

/** git keeps one bit of a mode. */
const isExecutable = ({ mode }: Stats): boolean => (mode & 0o100) !== 0;

const CHUNK = 256 * 1024;

async function beginsAlike(one: string, two: string, size: number): Promise<boolean> {
  const files: FileHandle[] = [];
  try {
    files.push(await open(one, 'r'), await open(two, 'r'));
    const [first, second] = [Buffer.alloc(CHUNK), Buffer.alloc(CHUNK)];
    for (let position = 0; position < size; position += CHUNK) {
      const length = Math.min(CHUNK, size - position);
      const reads = await Promise.all(
        files.map((file, index) => file.read(index === 0 ? first : second, 0, length, position)),
      );
      if (reads.some(({ bytesRead }) => bytesRead !== length)) return false;
      if (!first.subarray(0, length).equals(second.subarray(0, length))) return false;
    }
    return true;
  } finally {
    await Promise.all(files.map((file) => file.close()));
  }
}
