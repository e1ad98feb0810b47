/**
 * Links in the staged trees, where no mount can be made: for a checkout that lies in another one, for what git does not track
 * and is too large to copy, and for links that lead out of a tree, which would lead to the live side. Only staged trees, which
 * are ours, are changed. Twice: what is as it should be is left alone.
 */
import { lstat, mkdir, readdir, readlink, realpath, rm, rmdir, symlink } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { unlessMissing } from '../shared/files.js';
import { isWithin } from '../shared/within.js';
import { mountsOf, type Mount, type Staged } from './staged-paths.js';

/**
 * `locate`: where the content of a live path lies, links of the staged trees followed. Returns the live paths at which a link
 * of ours stands for a directory. Throws `Configuration` where a link would have to be made on the live side.
 */
export async function makeStandIns(staged: Staged, locate: (livePath: string) => string): Promise<Set<string>> {
  const covering = new Set(staged.checkouts.map(({ dir }) => dir));
  const directories = new Set<string>();
  // What covers a live root needs no link: its tree is named instead.
  for (const mount of mountsOf(staged).filter(({ target }) => !covering.has(target))) {
    const kind = await kindOf(mount.source);
    // Gone since the staging: it is not there any more.
    if (kind === undefined) continue;
    await standIn(mount, staged);
    if (kind === 'directory') directories.add(livePathOf(mount.target, staged));
  }
  for (const { tree, dir } of staged.checkouts) await turnLinks(tree, { tree, dir }, locate);
  return directories;
}

async function standIn({ source, target }: Mount, staged: Staged): Promise<void> {
  await makeParent(dirname(target), staged, source);
  const kind = await kindOf(target);
  if (kind === 'link' && (await readlink(target)) === source) return;
  // A checkout may have been copied as what the outer one does not track; any other placeholder is empty.
  const isTree = staged.checkouts.some(({ tree }) => tree === source);
  if (kind === 'directory') await (isTree ? rm(target, { recursive: true }) : rmdir(target));
  else if (kind !== undefined) await rm(target);
  await symlink(source, target);
}

/** A link on the way would lead to the live side, where nothing may be made, and much less be taken away. */
async function makeParent(parent: string, staged: Staged, source: string): Promise<void> {
  let ancestor = parent;
  while ((await kindOf(ancestor)) === undefined) ancestor = dirname(ancestor);
  const real = await realpath(ancestor);
  const trees = await Promise.all(staged.checkouts.map(({ tree }) => realpath(tree)));
  if (!trees.some((tree) => isWithin(real, tree))) {
    throw new StepFailure(
      FAILURES.configuration,
      `${livePathOf(source, staged)} lies inside something large that git does not track, or behind a link: without a mount namespace it cannot be shown as the new commits have it. Move that checkout out of the other one, or let birdkeeper make mount namespaces.`,
    );
  }
  await mkdir(parent, { recursive: true });
}

function livePathOf(path: string, { checkouts }: Staged): string {
  const holder = checkouts.filter(({ tree }) => isWithin(path, tree)).sort((a, b) => b.tree.length - a.tree.length)[0];
  return holder ? join(holder.dir, relative(holder.tree, path)) : path;
}

/** Links that this machine would follow to another place than the view does. */
async function turnLinks(
  inside: string,
  root: { tree: string; dir: string },
  locate: (livePath: string) => string,
): Promise<void> {
  for (const entry of await readdir(inside, { withFileTypes: true })) {
    const path = join(inside, entry.name);
    if (entry.isDirectory()) await turnLinks(path, root, locate);
    if (!entry.isSymbolicLink()) continue;
    const wanted = located(join(root.dir, relative(root.tree, path)), locate);
    if (wanted === undefined || (await realOf(path)) === (await realOf(wanted))) continue;
    await rm(path);
    await symlink(wanted, path);
  }
}

/** Undefined for links that go round in a circle. */
function located(livePath: string, locate: (livePath: string) => string): string | undefined {
  try {
    return locate(livePath);
  } catch {
    return undefined;
  }
}

async function realOf(path: string): Promise<string | undefined> {
  return realpath(path).catch(() => undefined);
}

async function kindOf(path: string): Promise<'link' | 'directory' | 'file' | undefined> {
  const stats = await unlessMissing(lstat(path));
  if (stats === undefined) return undefined;
  return stats.isSymbolicLink() ? 'link' : stats.isDirectory() ? 'directory' : 'file';
}
