/**
 * Gives what a deployment writes into a checkout to one user. Paths are walked from the root by open directories, so that
 * a link that somebody puts in the place of a directory meanwhile leads nowhere.
 */
import { constants, type Stats } from 'node:fs';
import { lchown, lstat, open, readdir, type FileHandle } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { join, relative, sep } from 'node:path';
import { isMissing } from '../shared/files.js';
import type { Checkout } from '../stack/view.js';
import { Repository, type GitOptions } from './repository.js';

export interface Ownership {
  readonly uid: number;
  readonly gid: number;
}

export interface Given {
  /** Files, links and directories that changed hands. */
  changed: number;
  /** Why something, or all of it, stays with its owner. */
  sentence?: string;
}

/**
 * The root of the work tree, tracked files, the directories between, everything in the git directory and the `extra` paths
 * (absolute; those outside of the work tree are passed over) belong to uid:gid afterwards. Untracked data is not touched,
 * no link is followed. Only root can: otherwise a sentence says so. Twice: changes what differs, so nothing.
 */
export async function giveTo(
  checkout: Checkout,
  to: Ownership,
  options: GitOptions,
  extra: readonly string[] = [],
): Promise<Given> {
  const { name, dir } = checkout;
  if (userInfo().uid !== 0) return { changed: 0, sentence: cannot(name, to, 'only root may give files away') };
  if (!(await isDirectory(join(dir, '.git')))) {
    return { changed: 0, sentence: cannot(name, to, 'its git directory lies elsewhere (a linked work tree)') };
  }
  const work: Work = { to, changed: 0, shared: 0, signal: options.signal };
  const root = await openDirectory(dir);
  try {
    // Root and git directory first: git then runs as the new owner, and refuses a directory that is not his.
    await giveItself(root, work);
    await giveBelow(root, new Map([['.git', 'everything']]), work);
    await giveBelow(root, toTree([...(await trackedPaths(dir, options)), ...inside(dir, extra)]), work);
  } finally {
    await root.close();
  }
  const { changed, shared } = work;
  const rest = `${name}: ${shared} files that have a second name elsewhere (hard links) stay with their owner.`;
  return { changed, ...(shared === 0 ? {} : { sentence: rest }) };
}

const cannot = (name: string, { uid, gid }: Ownership, why: string): string =>
  `The files of ${name} cannot be given to ${uid}:${gid}: ${why}.`;

async function trackedPaths(dir: string, options: GitOptions): Promise<string[]> {
  const repository = await Repository.at(dir, options);
  return (await repository.read(['ls-files', '-z'])).split('\0').filter((path) => path !== '');
}

const inside = (dir: string, paths: readonly string[]): string[] =>
  paths.map((path) => relative(dir, path)).filter((path) => path !== '' && path.split(sep)[0] !== '..');

/** Names of one directory: everything below, only the entry itself, or what is named below it. */
type Tree = Map<string, 'everything' | 'itself' | Tree>;

export function toTree(paths: readonly string[]): Tree {
  const root: Tree = new Map();
  for (const path of paths) {
    const parts = path.split('/');
    const name = parts.pop() ?? '';
    const parent = parts.reduce(branchOf, root);
    if (!parent.has(name)) parent.set(name, 'itself');
  }
  return root;
}

function branchOf(tree: Tree, name: string): Tree {
  const there = tree.get(name);
  if (there instanceof Map) return there;
  const made: Tree = new Map();
  tree.set(name, made);
  return made;
}

interface Work {
  to: Ownership;
  changed: number;
  /** Files that were left because they have another name. */
  shared: number;
  signal: AbortSignal;
}

const AT_ONCE = 64;

async function giveBelow(directory: FileHandle, tree: Tree, work: Work): Promise<void> {
  const names = [...tree.keys()];
  for (let start = 0; start < names.length; start += AT_ONCE) {
    work.signal.throwIfAborted();
    await Promise.all(names.slice(start, start + AT_ONCE).map((name) => giveEntry(at(directory, name), work)));
  }
  for (const [name, below] of tree) {
    if (below === 'itself') continue;
    const child = await openDirectory(at(directory, name)).catch(notThere);
    if (child === undefined) continue;
    try {
      await giveBelow(child, below === 'everything' ? await wholeTree(child) : below, work);
    } finally {
      await child.close();
    }
  }
}

async function wholeTree(directory: FileHandle): Promise<Tree> {
  const entries = await readdir(`/proc/self/fd/${directory.fd}`, { withFileTypes: true });
  return new Map(entries.map((entry) => [entry.name, entry.isDirectory() ? 'everything' : 'itself']));
}

async function giveEntry(path: string, work: Work): Promise<void> {
  const stats = await lstat(path).catch(notThere);
  if (stats === undefined || belongs(stats, work.to)) return;
  if (isShared(stats)) {
    work.shared += 1;
    return;
  }
  await lchown(path, work.to.uid, work.to.gid).then(() => (work.changed += 1), notThere);
}

async function giveItself(directory: FileHandle, work: Work): Promise<void> {
  if (belongs(await directory.stat(), work.to)) return;
  await directory.chown(work.to.uid, work.to.gid);
  work.changed += 1;
}

const belongs = ({ uid, gid }: Stats, to: Ownership): boolean => uid === to.uid && gid === to.gid;

/**
 * A file with another name may be somebody's elsewhere. What everybody may read and nobody may write, as the objects that
 * a local clone shares, is given all the same: it opens nothing to the new owner and closes nothing to the former.
 */
const isShared = (stats: Stats): boolean => stats.isFile() && stats.nlink > 1 && (stats.mode & 0o777) !== 0o444;

/** Names are looked up in the directory that is open, wherever it was moved. */
const at = ({ fd }: FileHandle, name: string): string => `/proc/self/fd/${fd}/${name}`;

const openDirectory = (path: string): Promise<FileHandle> =>
  open(path, constants.O_RDONLY | constants.O_DIRECTORY | constants.O_NOFOLLOW);

/** Gone, or something else than a directory by now: nothing of ours. */
function notThere(error: unknown): undefined {
  if (isMissing(error) || (error instanceof Error && 'code' in error && error.code === 'ELOOP')) return undefined;
  throw error;
}

const isDirectory = async (path: string): Promise<boolean> =>
  lstat(path).then(
    (stats) => stats.isDirectory(),
    () => false,
  );
