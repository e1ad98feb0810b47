/**
 * What git does not track on the live side, shown in a staged tree: env.local, certificates, rendered files, data
 * directories. Small things are copied; large ones are named, to be bind-mounted.
 */
import { access, chown, constants, lstat, mkdir, opendir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { unlessMissing } from '../shared/files.js';
import type { Checkout } from '../stack/view.js';
import { copyEntry } from './copy-tree.js';
import type { Owner } from './owner.js';
import { Repository, type GitOptions } from './repository.js';

/** Above either, a thing is bound rather than copied: staging must not cost more than the release. */
export const COPY_LIMITS = { files: 500, bytes: 5 * 1024 * 1024 } as const;

/** With ignored ones; a directory that holds nothing tracked is one entry, with a slash at its end. */
export const untrackedCommand = ['ls-files', '--others', '--directory', '-z'] as const;

/** Paths relative to the checkout. */
export async function untrackedEntries(checkout: Checkout, options: GitOptions): Promise<string[]> {
  const repository = await Repository.at(checkout.dir, options);
  return (await repository.read(untrackedCommand)).split('\0').filter((path) => path !== '');
}

export interface Bind {
  /** Path on the live side. */
  live: string;
  /** Placeholder of the same kind in the staged tree. */
  staged: string;
}

export interface ShownUntracked {
  copied: number;
  binds: Bind[];
  /** Entries at whose place the commit has something of its own; git would refuse to advance over them. */
  collisions: string[];
}

export interface ShowRequest extends GitOptions {
  readonly checkout: Checkout;
  /** As `untrackedEntries` gives them. */
  readonly entries: readonly string[];
  /** Staged tree of this checkout. */
  readonly target: string;
  readonly limits?: { files: number; bytes: number };
}

/** Twice: entries that are there already count as collisions; lay the tree out afresh first. */
export async function showUntracked(request: ShowRequest): Promise<ShownUntracked> {
  const { checkout, target, limits = COPY_LIMITS } = request;
  const { owner } = await Repository.at(checkout.dir, request);
  const shown: ShownUntracked = { copied: 0, binds: [], collisions: [] };
  for (const entry of request.entries) {
    request.signal.throwIfAborted();
    const path = entry.replace(/\/$/, '');
    const [live, staged] = [join(checkout.dir, path), join(target, path)];
    if (!(await makeRoom(target, dirname(path), owner)) || (await kindOf(staged)) !== undefined) {
      shown.collisions.push(path);
      continue;
    }
    const kind = await kindOf(live);
    // Gone since it was listed: temporary files come and go on a live side.
    if (kind === undefined) continue;
    if (kind !== 'special' && (await isSmall(live, limits)) && (await copied(live, staged))) {
      shown.copied += 1;
    } else {
      await placeholder(staged, kind, owner);
      shown.binds.push({ live, staged });
    }
  }
  return shown;
}

/** False when it changed while it was copied: what lives is better bound. */
async function copied(live: string, staged: string): Promise<boolean> {
  try {
    await copyEntry(live, staged);
    return true;
  } catch {
    await rm(staged, { recursive: true, force: true });
    return false;
  }
}

/** Makes the parents inside the staged tree. False when one of them is no directory there; links are not followed. */
async function makeRoom(target: string, parent: string, owner: Owner): Promise<boolean> {
  if (parent === '.') return true;
  let path = target;
  for (const part of parent.split('/')) {
    path = join(path, part);
    const kind = await kindOf(path);
    if (kind === undefined) await makeDirectory(path, owner);
    else if (kind !== 'directory') return false;
  }
  return true;
}

async function makeDirectory(path: string, owner: Owner): Promise<void> {
  await mkdir(path);
  if (owner.drop) await chown(path, owner.uid, owner.gid);
}

async function placeholder(path: string, kind: Kind, owner: Owner): Promise<void> {
  if (kind === 'directory') return makeDirectory(path, owner);
  await writeFile(path, '');
  if (owner.drop) await chown(path, owner.uid, owner.gid);
}

type Kind = 'file' | 'link' | 'directory' | 'special';

async function kindOf(path: string): Promise<Kind | undefined> {
  const stats = await unlessMissing(lstat(path));
  if (stats === undefined) return undefined;
  if (stats.isDirectory()) return 'directory';
  if (stats.isSymbolicLink()) return 'link';
  return stats.isFile() ? 'file' : 'special';
}

/** Stops counting at the limit. What we may not read, what lies on another file system or is special is not small. */
export async function isSmall(path: string, limits: { files: number; bytes: number }): Promise<boolean> {
  const { dev } = await lstat(path);
  const left = { ...limits };
  const fits = async (current: string): Promise<boolean> => {
    const stats = await lstat(current);
    left.files -= 1;
    left.bytes -= stats.isFile() ? stats.size : 0;
    if (stats.dev !== dev || left.files < 0 || left.bytes < 0) return false;
    if (stats.isFile()) await access(current, constants.R_OK);
    if (!stats.isDirectory()) return stats.isFile() || stats.isSymbolicLink();
    for await (const { name } of await opendir(current)) if (!(await fits(join(current, name)))) return false;
    return true;
  };
  try {
    return await fits(path);
  } catch {
    return false;
  }
}
