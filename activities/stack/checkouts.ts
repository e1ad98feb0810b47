/** The checkouts of a stack: its own one, then those that the settings list. */
import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { basename } from 'node:path';
import type { Checkout } from './view.js';

export type RepositoryRoot = (dir: string) => Promise<string | undefined>;

/**
 * A listed directory that is no repository, or does not exist, stays in the list under its path: looking at it says what
 * is wrong. A repository that is listed twice, or by a directory inside it, appears once.
 */
export async function findCheckouts(
  directory: string,
  extraRepos: readonly string[],
  repositoryRoot: RepositoryRoot,
): Promise<Checkout[]> {
  const own = await repositoryRoot(directory);
  const listed = await Promise.all(extraRepos.map((dir) => rootOf(dir, repositoryRoot)));
  const real = own === undefined ? [] : [await realpath(own)];
  return nameCheckouts([...new Set([...real, ...listed])]);
}

async function rootOf(dir: string, repositoryRoot: RepositoryRoot): Promise<string> {
  const real = await realpath(dir).catch(() => undefined);
  if (real === undefined) return dir;
  const root = await repositoryRoot(real);
  return root === undefined ? real : realpath(root);
}

/**
 * The first of a basename has it as it is; others get a suffix made out of their path, so that a changed order of the
 * list does not swap names that records hold.
 */
export function nameCheckouts(dirs: readonly string[]): Checkout[] {
  const taken = new Set<string>();
  return dirs.map((dir) => {
    const plain = basename(dir) || 'root';
    const name = taken.has(plain) ? `${plain}-${createHash('sha256').update(dir).digest('hex').slice(0, 6)}` : plain;
    taken.add(name);
    return { name, dir };
  });
}
