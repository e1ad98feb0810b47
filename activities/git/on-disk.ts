/** Compares one path of a work tree with the same path in two laid out trees. Follows no links. */
import { lstat, open, readlink, type FileHandle } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { unlessMissing } from '../shared/files.js';
import { entryOf } from './byte-path.js';
import type { OnDisk } from './recover-plan.js';

export async function onDisk(root: string, path: string, trees: { from: string; to: string }): Promise<OnDisk> {
  const live = await entryBeneath(root, path);
  const from = await entryBeneath(trees.from, path);
  const to = await entryBeneath(trees.to, path);
  // It differs between them, so one has it: its name is not UTF-8 and is read as that of another.
  if (from === undefined && to === undefined) return 'other';
  const withFrom = await compare(live, from);
  if (withFrom === 'same') return 'from';
  const withTo = await compare(live, to);
  if (withTo === 'same') return 'to';
  if (live === undefined) return 'absent';
  return withFrom === 'beginning' || withTo === 'beginning' ? 'cut short' : 'other';
}

/** Whether something that is no directory lies at the path. */
export async function liesAt(root: string, path: string): Promise<boolean> {
  const entry = await entryBeneath(root, path);
  return entry !== undefined && !entry.stats.isDirectory();
}

interface Entry {
  path: Buffer;
  stats: Stats;
}

/** Undefined also where a parent is a link or a file: in git's eyes nothing of the tree is there then. */
async function entryBeneath(root: string, path: string): Promise<Entry | undefined> {
  const parts = path.split('/');
  let current: Buffer = Buffer.from(root);
  for (const [index, part] of parts.entries()) {
    const next = await entryOf(current, part);
    const stats = next && (await statOf(next));
    if (next === undefined || stats === undefined) return undefined;
    if (index === parts.length - 1) return { path: next, stats };
    if (!stats.isDirectory()) return undefined;
    current = next;
  }
  return undefined;
}

const statOf = (path: Buffer): Promise<Stats | undefined> => unlessMissing(lstat(path));

/** beginning: the first file holds the beginning of the second, nothing included. */
async function compare(live?: Entry, tree?: Entry): Promise<'same' | 'beginning' | 'different'> {
  if (!live || !tree) return live === tree ? 'same' : 'different';
  if (live.stats.isDirectory() && tree.stats.isDirectory()) return 'same';
  if (live.stats.isSymbolicLink() && tree.stats.isSymbolicLink()) {
    return (await readlink(live.path, BYTES)).equals(await readlink(tree.path, BYTES)) ? 'same' : 'different';
  }
  if (!live.stats.isFile() || !tree.stats.isFile() || live.stats.size > tree.stats.size) return 'different';
  if (!(await beginsAlike(live.path, tree.path, live.stats.size))) return 'different';
  if (live.stats.size < tree.stats.size) return 'beginning';
  return isExecutable(live.stats) === isExecutable(tree.stats) ? 'same' : 'different';
}

/** git keeps one bit of a mode. */
const isExecutable = ({ mode }: Stats): boolean => (mode & 0o100) !== 0;

const BYTES = { encoding: 'buffer' } as const;
const CHUNK = 256 * 1024;

async function beginsAlike(one: Buffer, two: Buffer, size: number): Promise<boolean> {
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
