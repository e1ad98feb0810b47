/** A composed tree: what is looked at before users see it. */
import { lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { join, sep } from 'node:path';
import type { NotebookList } from './list.js';
import { isNotebook } from './manifest.js';
import { showSize } from './size.js';
import { notebookProblem, type NotebookProblem } from './verify.js';

export interface Inspection {
  notebooks: number;
  problems: NotebookProblem[];
}

/** Reads every notebook of the tree, and sees to it that no link leads out of it. */
export async function inspectTree(
  root: string,
  limits: NotebookList['limits'],
  signal: AbortSignal,
): Promise<Inspection> {
  const real = await realpath(root);
  const problems: NotebookProblem[] = [];
  let [notebooks, size] = [0, 0];
  for (const path of (await readdir(root, { recursive: true })).sort()) {
    signal.throwIfAborted();
    const stat = await lstat(join(root, path));
    if (stat.isDirectory()) continue;
    size += stat.size;
    notebooks += isNotebook(path) ? 1 : 0;
    const problem = await problemOf(real, path, stat.isSymbolicLink());
    if (problem !== undefined) problems.push({ path, problem });
  }
  if (size > limits.total) problems.push({ path: 'the whole', problem: `is larger than ${showSize(limits.total)}` });
  return { notebooks, problems };
}

async function problemOf(root: string, path: string, isLink: boolean): Promise<string | undefined> {
  if (!isLink && !isNotebook(path)) return undefined;
  try {
    const real = await realpath(join(root, path));
    if (real !== root && !real.startsWith(root + sep)) return 'is a link that leads out of the source';
    return isNotebook(path) ? notebookProblem(await readFile(real, 'utf8')) : undefined;
  } catch (error) {
    return `cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)})`;
  }
}
