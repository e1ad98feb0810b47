/**
 * A commit's tree in a directory of ours, written by git itself with a scratch index, so that its filters apply. No
 * linked worktree, no ref: nothing of it is seen in the operator's repository.
 */
import { chown, mkdir, mkdtemp, readdir, rename, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import type { Checkout } from '../stack/view.js';
import { copyInside } from './copy-tree.js';
import { QUIET_CONFIG, Repository, requireCommit, type GitOptions } from './repository.js';
import { withScratch } from './scratch.js';

/**
 * `read-tree` rather than `checkout-index`: it takes attributes from the commit that is laid out, not from the live
 * side. A sparse checkout is laid out whole; a split index would leave its shared part in the repository.
 */
export const layOutCommand = (commit: string): string[] => [
  ...QUIET_CONFIG,
  ...['core.sparseCheckout=false', 'core.splitIndex=false', 'core.fsmonitor=false'].flatMap((setting) => [
    '-c',
    setting,
  ]),
  'read-tree',
  '--reset',
  '-u',
  commit,
];

export interface LayOutRequest extends GitOptions {
  readonly checkout: Checkout;
  /** Full id of a commit that is in the repository. */
  readonly commit: string;
  /** Made when missing; must be empty. */
  readonly target: string;
}

/**
 * Everything laid out belongs to the checkout's owner. Submodules are empty directories.
 * Twice: the second time the target is not empty, which is refused; remove it first.
 */
export async function layOut(request: LayOutRequest): Promise<void> {
  const { checkout, target } = request;
  const commit = requireCommit(request.commit);
  const repository = await Repository.at(checkout.dir, request);
  await mkdir(target, { recursive: true });
  if ((await readdir(target)).length > 0)
    throw new Error(`${target} is not empty; a commit is laid out in an empty one`);
  if ((await repository.ask(['cat-file', '-e', `${commit}^{commit}`], { okStatuses: [0, 1, 128] })).status !== 0) {
    throw new StepFailure(FAILURES.notFound, `${checkout.dir} has no commit ${commit}; fetch it first`);
  }
  if (repository.owner.drop) await layOutAsOwner(repository, commit, target);
  else await layOutDirectly(repository, commit, target);
}

/** git writes as ourselves, so it may write where only we may go. */
async function layOutDirectly(repository: Repository, commit: string, tree: string): Promise<void> {
  const gitDir = await repository.gitDir();
  await withScratch('index', repository.owner, (scratch) =>
    writeTree(repository, commit, { tree, gitDir, index: join(scratch, 'index') }),
  );
}

async function layOutAsOwner(repository: Repository, commit: string, target: string): Promise<void> {
  await withLayOut(repository, [commit], async ([tree]) => {
    if (tree !== undefined) await moveInto(tree, target);
  });
  await chown(target, repository.owner.uid, repository.owner.gid);
}

/** Scratch and staging lie on one file system or on two. `target` is empty. */
async function moveInto(tree: string, target: string): Promise<void> {
  try {
    await rename(tree, target);
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EXDEV')) throw error;
    await copyInside(tree, target);
  }
}

/**
 * Calls `use` with one laid out directory per commit. They lie in the system's scratch directory: where ours lies,
 * only root may go, and git with its filters runs as the owner.
 */
export async function withLayOut<T>(
  repository: Repository,
  commits: readonly string[],
  use: (trees: string[]) => Promise<T>,
): Promise<T> {
  const { owner } = repository;
  const gitDir = await repository.gitDir();
  const scratch = await mkdtemp(join(tmpdir(), 'birdkeeper-tree-'));
  try {
    if (owner.drop) await chown(scratch, owner.uid, owner.gid);
    const trees: string[] = [];
    for (const [index, commit] of commits.entries()) {
      const tree = join(scratch, `tree-${index}`);
      await mkdir(tree);
      if (owner.drop) await chown(tree, owner.uid, owner.gid);
      await writeTree(repository, commit, { tree, gitDir, index: join(scratch, `index-${index}`) });
      trees.push(tree);
    }
    return await use(trees);
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function writeTree(
  repository: Repository,
  commit: string,
  place: { tree: string; gitDir: string; index: string },
): Promise<void> {
  try {
    await repository.run(layOutCommand(commit), {
      GIT_DIR: place.gitDir,
      GIT_WORK_TREE: place.tree,
      GIT_INDEX_FILE: place.index,
    });
  } catch (error) {
    repository.options.signal.throwIfAborted();
    if (/No space left on device/.test(messageOf(error))) {
      throw new StepFailure(FAILURES.diskFull, `No room to lay out ${repository.dir} in ${place.tree}`, undefined, {
        cause: error,
      });
    }
    throw error;
  }
}
