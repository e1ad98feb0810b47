/**
 * To which work tree a directory belongs. Every view of a stack asks it of every checkout, so git is asked again only when
 * something may have changed its answer.
 */
import { lstat, realpath, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isMissing, unlessMissing } from '../shared/files.js';
import { GitFailed, Repository, type GitOptions } from './repository.js';

interface Known {
  root: string;
  seen: string;
}

const known = new Map<string, Known>();
/** Directories of a host's stacks are few; who asks for ever new ones does not fill the memory. */
const MOST_KNOWN = 1_000;

/**
 * Real root of the work tree that contains a directory; undefined when none does, or the directory is missing. Throws
 * when there is one that git refuses to look at: a checkout of somebody else must not pass for none.
 */
export async function repositoryRoot(dir: string, options: GitOptions): Promise<string | undefined> {
  try {
    const real = await realpath(dir);
    const seen = await whatGitWouldSee(real);
    const before = known.get(real);
    if (before !== undefined && before.seen === seen) return before.root;
    const repository = await Repository.at(real, options);
    const root = await repository.line(['rev-parse', '--show-toplevel']);
    if (root !== undefined && seen !== undefined) remember(real, { root, seen });
    return root;
  } catch (error) {
    const outside = error instanceof GitFailed && /not a git repository|must be run in a work tree/.test(error.stderr);
    if (isMissing(error) || outside) return undefined;
    throw error;
  }
}

function remember(dir: string, found: Known): void {
  if (known.size >= MOST_KNOWN) known.clear();
  known.set(dir, found);
}

/**
 * The nearest `.git` above a directory, whose it is and the time of its configuration: while that is the same, so is the
 * root. Undefined when there is none; then git is asked, which may know better.
 */
async function whatGitWouldSee(dir: string): Promise<string | undefined> {
  for (let at = dir; ; at = dirname(at)) {
    const entry = join(at, '.git');
    const git = await unlessMissing(lstat(entry));
    if (git !== undefined) {
      const [top, asked] = [await stat(at), await stat(dir)];
      const config = await unlessMissing(stat(git.isDirectory() ? join(entry, 'config') : entry));
      const facts = [git.dev, git.ino, git.uid, top.uid, asked.uid, config?.ino, config?.mtimeMs, config?.size];
      return [at, ...facts].join(' ');
    }
    if (at === dirname(at)) return undefined;
  }
}
