/** Rendered files on disk: what would change, writing it, putting the former text back. */
import { chmod, lstat, readdir, readFile, realpath, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { isMissing, unlessMissing, writeAtomically } from '../shared/files.js';
import { isStaged } from './staged-paths.js';
import type { RenderedFile, Configuration, StagedView } from './view.js';

export interface RenderedChange extends RenderedFile {
  /** Text on the live side now; null when there is no file. */
  before: Buffer | null;
}

/** The rendered files whose text differs from what is on disk at the live path. Changes nothing. */
export async function planRendered(view: Pick<Configuration, 'rendered'>): Promise<RenderedChange[]> {
  const compared = await Promise.all(
    view.rendered.map(async (file) => ({ ...file, before: await textOnDisk(file.path) })),
  );
  return compared.filter(({ before, text }) => before === null || !before.equals(text));
}

/**
 * Writes what `planRendered` finds, each file at once or not at all, and returns the live paths. Twice: the second time
 * nothing differs.
 */
export async function applyRendered(view: Pick<Configuration, 'rendered'>): Promise<string[]> {
  const changes = await planRendered(view);
  for (const { path, text, mode } of changes) await writeKeepingOwner(path, text, mode);
  await narrow(view.rendered);
  return changes.map(({ path }) => path);
}

const OTHERS = 0o077;

/** One that only its owner may read, and that was written before that was known. Its text need not have changed. */
async function narrow(rendered: readonly RenderedFile[]): Promise<void> {
  for (const { path, mode } of rendered.filter((file) => (file.mode & OTHERS) === 0)) {
    const found = await unlessMissing(stat(path));
    if (found !== undefined && (found.mode & OTHERS) !== 0) await chmod(path, mode);
  }
}

/** Puts former texts back; null: the file did not exist and is removed. Twice: what is as it was is left alone. */
export async function restoreRendered(files: readonly { path: string; text: Buffer | null }[]): Promise<void> {
  for (const { path, text } of files) {
    if (text === null) {
      await rm(path, { force: true });
      continue;
    }
    const now = await textOnDisk(path);
    if (now?.equals(text)) continue;
    const mode = now === null ? 0o644 : (await stat(path)).mode & 0o7777;
    await writeKeepingOwner(path, text, mode);
  }
}

/**
 * Writes the rendered files into the staged trees, so that the namespace shows them. Never touches the live side:
 * returns the files that lie in no staged tree (and differ), which the staged stack cannot show.
 */
export async function writeRendered(view: StagedView): Promise<{ written: string[]; notShown: string[] }> {
  const written: string[] = [];
  const notShown: string[] = [];
  for (const { path, text, mode } of view.rendered) {
    const place = view.locate(path);
    const now = await textOnDisk(place);
    if (now?.equals(text)) continue;
    if (!isStaged(place, view.staged)) {
      notShown.push(path);
      continue;
    }
    await removeEmptyDirectory(place);
    await writeAtomically(place, text, mode);
    written.push(path);
  }
  return { written, notShown };
}

async function writeKeepingOwner(path: string, text: Buffer, mode: number): Promise<void> {
  await removeEmptyDirectory(path);
  // A link stays a link: the file that it names is the one that is written.
  const real = await realpath(path).catch(() => path);
  const model = await stat(real).catch(() => stat(dirname(real)));
  const scratchDirectory = await gitDirectoryAbove(dirname(real), model.dev);
  try {
    await writeAtomically(real, text, mode, {
      ...(process.getuid?.() === 0 ? { owner: { uid: model.uid, gid: model.gid } } : {}),
      ...(scratchDirectory === undefined ? {} : { scratchDirectory }),
    });
  } catch (error) {
    throw new StepFailure(
      FAILURES.configuration,
      `${path} could not be written (${messageOf(error)}). Check the owner and mode of its directory.`,
    );
  }
}

/**
 * A half-written file that a kill leaves behind in a work tree would be an untracked file, and block the checkout. In
 * the git directory nobody sees it.
 */
async function gitDirectoryAbove(dir: string, device: number): Promise<string | undefined> {
  const candidate = await stat(join(dir, '.git')).catch(() => undefined);
  if (candidate) return candidate.isDirectory() && candidate.dev === device ? join(dir, '.git') : undefined;
  return dirname(dir) === dir ? undefined : gitDirectoryAbove(dirname(dir), device);
}

async function removeEmptyDirectory(path: string): Promise<void> {
  const found = await unlessMissing(lstat(path));
  if (found?.isDirectory()) await rmdir(path);
}

async function textOnDisk(path: string): Promise<Buffer | null> {
  try {
    return await readFile(path);
  } catch (error) {
    if (isMissing(error)) return null;
    if (error instanceof Error && 'code' in error && error.code === 'EISDIR') {
      // Docker makes an empty directory when it mounts a file that is not there.
      if ((await readdir(path)).length === 0) return null;
      throw new StepFailure(
        FAILURES.configuration,
        `${path} is a directory that holds something, and a template is rendered to that path. Move it away.`,
      );
    }
    throw error;
  }
}
