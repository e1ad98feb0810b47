/** Where write access is given. */
import { lstat, realpath } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMissing, unlessMissing } from '../shared/files.js';
import { messageOf } from '../shared/failures.js';
import { isWithin } from '../shared/within.js';
import type { Person } from './person.js';

export interface Candidate {
  /** Absolute. */
  readonly path: string;
  /** What it is, or what named it. */
  readonly why: string;
}

export interface Target extends Candidate {
  /** Why nothing is done there, a sentence. */
  readonly refused?: string;
}

/** Directories that upstream means by `FIX_WRITE_PERM_EXTRA=1`. */
const DATA_DIRECTORIES = ['GEOSERVER_DATA_DIR', 'JUPYTERHUB_USER_DATA_DIR', 'MAGPIE_PERSIST_DIR'];
const EXTRA = 'FIX_WRITE_PERM_EXTRA';

/**
 * What FIX_WRITE_PERM_EXTRA names: its absolute directories; any other word in it (`1`) is upstream's way to ask for the usual
 * data directories. One of these without a value is a warning: there it is `/`. Pure.
 */
export function extraCandidates(variables: Readonly<Record<string, string>>): {
  candidates: Candidate[];
  warnings: string[];
} {
  const words = (variables[EXTRA] ?? '').split(/\s+/).filter((word) => word !== '');
  const candidates = words.filter((word) => word.startsWith('/')).map((path) => ({ path, why: EXTRA }));
  const warnings: string[] = [];
  if (words.length > candidates.length) {
    for (const name of DATA_DIRECTORIES) {
      const path = variables[name]?.trim() ?? '';
      if (path.startsWith('/')) candidates.push({ path, why: name });
      else warnings.push(`${name} ${path === '' ? 'is not set' : `is no absolute path (${path})`}: skipped.`);
    }
  }
  return { candidates, warnings };
}

/**
 * Real root of the checkout that holds a directory; undefined when none does, or it is missing. Git is not asked: it refuses a
 * checkout of somebody else, which is where this is needed.
 */
export async function checkoutAround(dir: string): Promise<string | undefined> {
  const real = await realpath(dir).catch(() => undefined);
  if (real === undefined) return undefined;
  for (let at = real; ; at = dirname(at)) {
    if (await isCheckout(at)) return at;
    if (at === dirname(at)) return undefined;
  }
}

async function isCheckout(dir: string): Promise<boolean> {
  const git = join(dir, '.git');
  const entry = await unlessMissing(lstat(git));
  if (entry === undefined || !entry.isDirectory()) return entry !== undefined;
  try {
    await lstat(join(git, 'HEAD'));
    return true;
  } catch (error) {
    // A closed door is one.
    return !isMissing(error);
  }
}

/**
 * Real paths, each once, without those that lie in another one. What is missing is a warning, as is what the access would spoil;
 * what cannot be done safely is a target that is refused.
 */
export async function findTargets(
  candidates: readonly Candidate[],
  { home }: Person,
  keyDirectory?: string,
): Promise<{ targets: Target[]; warnings: string[] }> {
  const [found, warnings]: [Target[], string[]] = [[], []];
  for (const { path, why } of candidates) {
    try {
      const real = await realpath(path);
      found.push({ path: real, why, ...(await refusal(real, home)) });
    } catch (error) {
      if (isMissing(error)) warnings.push(`${path} (${why}) does not exist: skipped.`);
      else found.push({ path, why, refused: `It cannot be looked at (${messageOf(error)}): run this as root.` });
    }
  }
  const targets = outermost(found);
  const keys = keyDirectory === undefined ? undefined : await realpath(keyDirectory).catch(() => undefined);
  for (const { path } of targets.filter(({ refused }) => refused === undefined)) {
    const git = await lstat(join(path, '.git')).catch(() => undefined);
    if (git?.isFile() === true) {
      warnings.push(`${path} is a linked work tree: its git directory lies elsewhere. Name that one as PATH, too.`);
    }
    if (keys !== undefined && isWithin(keys, path)) {
      warnings.push(
        `The ssh keys in ${keys} lie in it, and ssh refuses a key that others may read: run chmod 600 on them afterwards, or move them away.`,
      );
    }
  }
  return { targets, warnings };
}

/** Pure. */
export function outermost(targets: readonly Target[]): Target[] {
  const covers = (outer: Target, inner: Target) => outer.refused === undefined && isWithin(inner.path, outer.path);
  return targets.filter((target, at) =>
    targets.every((other, i) => i === at || !covers(other, target) || (other.path === target.path && at < i)),
  );
}

async function refusal(path: string, home: string | undefined): Promise<{ refused?: string }> {
  if (path === '/') return { refused: 'It is the whole system: name the directories that are meant.' };
  const ssh = home === undefined ? undefined : await realpath(join(home, '.ssh')).catch(() => undefined);
  return ssh !== undefined && isWithin(ssh, path)
    ? { refused: `${ssh} lies in it, and ssh accepts no key there after that: name directories beside it.` }
    : {};
}
