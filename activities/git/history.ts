/** Questions about commits. All of them only look. */
import { posix } from 'node:path';
import type { Checkout } from '../stack/view.js';
import { Repository, requireCommit, type GitOptions } from './repository.js';
import { tidySubject } from './subjects.js';
import { currentBranch } from './upstream.js';

export interface Changes {
  /** Newest first, at most 10 of at most 100 characters. */
  subjects: string[];
  filesChanged: number;
  /** Every path that differs, relative to the checkout. */
  paths: string[];
}

const MAX_SUBJECTS = 10;

/** What `to` brings over `from`. Both are full commit ids. */
export async function changesBetween(
  checkout: Checkout,
  from: string,
  to: string,
  options: GitOptions,
): Promise<Changes> {
  const range = `${requireCommit(from)}..${requireCommit(to)}`;
  const repository = await Repository.at(checkout.dir, options);
  const log = ['log', '-z', '--no-show-signature', `--max-count=${MAX_SUBJECTS}`, '--format=%s', range];
  const subjects = (await repository.read(log)).split('\0').filter((subject) => subject !== '');
  const paths = (await repository.read(['diff-tree', '-r', '-z', '--name-only', '--no-renames', from, to]))
    .split('\0')
    .filter((path) => path !== '');
  return { subjects: subjects.map(tidySubject), filesChanged: paths.length, paths };
}

/**
 * Ids of what `commit` has at each path (a blob for a file or link, a tree for a directory), undefined where it has
 * nothing. `''` and `.` are the root. One git process, however many paths.
 */
export async function objectIds(
  checkout: Checkout,
  commit: string,
  relativePaths: readonly string[],
  options: GitOptions,
): Promise<Map<string, string | undefined>> {
  requireCommit(commit);
  const repository = await Repository.at(checkout.dir, options);
  const [found, inside] = [new Map<string, string | undefined>(), relativePaths.filter(isInside)];
  for (const path of relativePaths) found.set(path, undefined);
  const plain = inside.filter((path) => !path.includes('\n'));
  const input = plain.map((path) => `${commit}:${inTree(path)}\n`).join('');
  const output = input === '' ? '' : await repository.read(['cat-file', '--batch-check'], { input });
  const answers = output.split('\n');
  plain.forEach((path, index) => found.set(path, idIn(answers[index] ?? '')));
  // A line break would split the question in two; such paths are asked for one by one.
  for (const path of inside.filter((candidate) => candidate.includes('\n'))) {
    found.set(path, await repository.line(['rev-parse', '--quiet', '--verify', `${commit}:${inTree(path)}`]));
  }
  return found;
}

/** Git takes `./` as relative to the current directory and knows no trailing slash. */
function inTree(path: string): string {
  const normal = posix.normalize(path).replace(/\/+$/, '');
  return normal === '.' ? '' : normal;
}

/** git ends at a path that leads out of the checkout; the commit has nothing there. */
const isInside = (path: string): boolean => !/^(?:\.\.(?:\/|$)|\/)/.test(posix.normalize(path));

function idIn(answer: string): string | undefined {
  return /^([0-9a-f]{40}|[0-9a-f]{64}) (?:blob|tree|commit) \d+$/.exec(answer)?.[1];
}

/** Whether `commit` is, or is an ancestor of, `upstream` (a full ref name or commit). False for an unknown commit. */
export async function isReachable(
  checkout: Checkout,
  commit: string,
  upstream: string,
  options: GitOptions,
): Promise<boolean> {
  return isAncestor(await Repository.at(checkout.dir, options), commit, upstream);
}

export async function isAncestor(repository: Repository, commit: string, of: string): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', requireCommit(commit), of];
  // 128: an object that is not here, or a ref that does not exist.
  return (await repository.ask(args, { okStatuses: [0, 1, 128] })).status === 0;
}

/** Full name of the remote-tracking branch that the checked-out branch follows. */
export async function currentUpstream(repository: Repository): Promise<string | undefined> {
  return (await currentBranch(repository))?.upstream?.ref;
}

/** Commit that is checked out in the work tree that holds `dir`. Throws `GitFailed` when there is none. */
export async function headCommit(dir: string, options: GitOptions): Promise<string> {
  const repository = await Repository.at(dir, options);
  return (await repository.read(['rev-parse', '--verify', 'HEAD^{commit}'])).trim();
}
