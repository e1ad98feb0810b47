/** Whole trees, kept by digest: what users read, what they read before. */
import { chmod, constants, copyFile, lchown, mkdir, open, readdir, rename, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { Step } from '../shared/step.js';
import { digestOf, readManifest, type Entry, type Manifest } from './manifest.js';
import type { Places } from './places.js';

export interface Tree {
  readonly digest: string;
  readonly directory: string;
  readonly manifest: Manifest;
}

const directoryOf = ({ trees }: Places, digest: string): string => join(trees, digest.slice(0, 24));

/** Undefined when it is not there, or is not whole any more (a power cut, a person): it is made afresh then. */
export async function openTree(places: Places, digest: string, step: Step): Promise<Tree | undefined> {
  const directory = directoryOf(places, digest);
  const manifest = await readManifest(directory, step.signal);
  return digestOf(manifest) === digest ? { digest, directory, manifest } : undefined;
}

/** What was made in `staging` becomes a tree that is kept. */
export async function keepStaged(places: Places, step: Step): Promise<Tree> {
  const manifest = await readManifest(places.staging, step.signal);
  const digest = digestOf(manifest);
  const directory = directoryOf(places, digest);
  await rm(directory, { recursive: true, force: true });
  await rename(places.staging, directory);
  return { digest, directory, manifest };
}

/** A copy of what lies in the target, whoever made it. */
export async function keepFound(places: Places, there: Manifest, step: Step): Promise<Tree> {
  await rm(places.staging, { recursive: true, force: true });
  await mkdir(places.staging);
  for (const [path, entry] of there) {
    step.signal.throwIfAborted();
    await copyEntry(join(places.target, path), join(places.staging, path), entry);
  }
  return keepStaged(places, step);
}

/** Content, mode and owner; on the disk when it returns. Sockets and devices are nobody's notebooks. */
export async function copyEntry(from: string, to: string, { kind, content, mode, uid, gid }: Entry): Promise<void> {
  if (kind === 'other') return;
  if (kind === 'link') await symlink(content, to);
  else if (kind === 'directory') await mkdir(to);
  else await copySynced(from, to);
  await lchown(to, uid, gid);
  if (kind !== 'link') await chmod(to, mode);
}

async function copySynced(from: string, to: string): Promise<void> {
  await copyFile(from, to, constants.COPYFILE_FICLONE);
  const file = await open(to, 'r');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}

export async function removeOtherTrees(places: Places, kept: readonly string[]): Promise<void> {
  const names = new Set(kept.map((digest) => directoryOf(places, digest)));
  for (const name of await readdir(places.trees)) {
    const path = join(places.trees, name);
    if (!names.has(path)) await rm(path, { recursive: true, force: true });
  }
}
