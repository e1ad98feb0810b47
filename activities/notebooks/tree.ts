/** A laid-out source: what is looked at and set right before users see it. */
import { chmod, lchown, lstat, readdir, readFile, realpath } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { notebookProblem, type NotebookProblem } from './verify.js';

export interface Inspection {
  notebooks: number;
  problems: NotebookProblem[];
}

/** Reads every notebook of the tree; git's own directory is none of its content. */
export async function inspectTree(root: string, signal: AbortSignal): Promise<Inspection> {
  const paths = (await allPaths(root)).filter((path) => path.endsWith('.ipynb')).sort();
  const problems: NotebookProblem[] = [];
  for (const path of paths) {
    signal.throwIfAborted();
    const problem = await problemOf(root, path);
    if (problem !== undefined) problems.push({ path: relative(root, path), problem });
  }
  return { notebooks: paths.length, problems };
}

async function problemOf(root: string, path: string): Promise<string | undefined> {
  try {
    const real = await realpath(path);
    if (!real.startsWith((await realpath(root)) + sep)) return 'is a link that leads out of the source';
    return notebookProblem(await readFile(real, 'utf8'));
  } catch (error) {
    return `cannot be read (${error instanceof Error && 'code' in error ? String(error.code) : String(error)})`;
  }
}

/** Users read notebooks as another user than the worker's, whose umask may hide them; nobody but the owner writes. */
export async function openForReading(root: string, owner?: { uid: number; gid: number }): Promise<void> {
  for (const path of [root, ...(await allPaths(root))]) {
    const stat = await lstat(path);
    if (owner) await lchown(path, owner.uid, owner.gid);
    if (stat.isDirectory()) await chmod(path, 0o755);
    else if (stat.isFile()) await chmod(path, stat.mode & 0o100 ? 0o755 : 0o644);
  }
}

const allPaths = async (root: string): Promise<string[]> =>
  (await readdir(root, { recursive: true })).map((path) => join(root, path));
