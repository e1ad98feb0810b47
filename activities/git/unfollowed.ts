/** What a commit holds that a deployment would not bring: submodules, and files that lie in git LFS. */
import { shortLine } from '../../workflows/one-line.js';
import { join } from 'node:path';
import type { Checkout } from '../stack/view.js';
import { capped } from './classify.js';
import { QUIET_CONFIG, Repository, requireCommit, type GitOptions } from './repository.js';
import { withScratch } from './scratch.js';
import { parseTree } from './tree.js';

export interface UnfollowedRequest extends GitOptions {
  readonly checkout: Checkout;
  /** Full id of a commit that is here. */
  readonly commit: string;
}

const MAX_SENTENCES = 10;

/** A sentence each, at most 10 of either kind, then `… and N more`. Nothing of the checkout changes. */
export async function unfollowed({ checkout, commit, ...options }: UnfollowedRequest): Promise<string[]> {
  requireCommit(commit);
  const repository = await Repository.at(checkout.dir, options);
  const entries = parseTree(await repository.read(['ls-tree', '-r', '-z', '--full-tree', commit]));
  const paths = (kind: string) => entries.filter((entry) => entry.kind === kind).map(({ path }) => path);
  const large = await filteredByLfs(repository, commit, paths('file'));
  return [
    ...capped(
      paths('submodule').map((path) => submodule(checkout.name, path)),
      MAX_SENTENCES,
    ),
    ...capped(
      large.map((path) => inLfs(checkout.name, path)),
      MAX_SENTENCES,
    ),
  ];
}

const submodule = (name: string, path: string): string =>
  `${name} holds the submodule ${quoted(path)}, which birdkeeper does not follow. Put its files into ${name} itself, or list its repository in AUTODEPLOY_EXTRA_REPOS as a checkout of its own.`;

const inLfs = (name: string, path: string): string =>
  `${name} keeps ${quoted(path)} in git LFS, which birdkeeper does not fetch: a pointer would lie in its place. Commit the file itself, or keep it outside and deploy it as data.`;

const quoted = (path: string): string => `"${shortLine(path, 200)}"`;

/**
 * Asked of an index of ours that holds the commit: `check-attr --source` is newer than the git of many hosts, and the
 * attributes of the live side are those of another commit.
 */
async function filteredByLfs(repository: Repository, commit: string, paths: readonly string[]): Promise<string[]> {
  if (paths.length === 0) return [];
  const gitDir = await repository.gitDir();
  return withScratch('attributes', repository.owner, async (scratch) => {
    const place = { GIT_DIR: gitDir, GIT_WORK_TREE: repository.dir, GIT_INDEX_FILE: join(scratch, 'index') };
    const quiet = [...QUIET_CONFIG, '-c', 'core.splitIndex=false', '-c', 'core.fsmonitor=false'];
    await repository.run([...quiet, 'read-tree', commit], place);
    const input = paths.map((path) => `${path}\0`).join('');
    const { stdout } = await repository.run(
      [...quiet, 'check-attr', '--cached', '-z', '--stdin', 'filter'],
      place,
      input,
    );
    return parseAttributes(stdout)
      .filter(({ value }) => value === 'lfs')
      .map(({ path }) => path);
  });
}

/** Reads `git check-attr -z`: path, attribute, value. Pure. */
export function parseAttributes(output: string): { path: string; value: string }[] {
  const fields = output.split('\0');
  const found: { path: string; value: string }[] = [];
  for (let start = 0; start + 2 < fields.length; start += 3) {
    found.push({ path: fields[start] ?? '', value: fields[start + 2] ?? '' });
  }
  return found;
}
