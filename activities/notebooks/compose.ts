/** Lays the sources out and puts what the maps select into one tree, as users will read it. */
import { randomBytes } from 'node:crypto';
import {
  chmod,
  constants,
  copyFile,
  lchown,
  lstat,
  mkdir,
  readdir,
  readlink,
  realpath,
  rm,
  symlink,
} from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { isMissing } from '../shared/files.js';
import type { Step } from '../shared/step.js';
import { realPlace } from '../shared/within.js';
import type { NotebookList } from './list.js';
import { isNotebook } from './manifest.js';
import type { Places } from './places.js';
import { select } from './select.js';
import { showSize } from './size.js';
import type { FetchedSource } from './sources.js';
import type { Owner } from './swap.js';
import { inspectTree } from './tree.js';
import { describeProblems, type NotebookProblem } from './verify.js';

const UNTOUCHED = 'The deployed notebooks stay as they are.';

/**
 * Leaves the tree in `places.staging` and returns how many notebooks it has. Throws Configuration for a source that is empty, a map
 * that finds nothing, a broken notebook, a file or a tree that is too large.
 */
export async function composeTree(
  list: NotebookList,
  fetched: ReadonlyMap<string, FetchedSource>,
  { places, owner }: { places: Places; owner: Owner },
  step: Step,
): Promise<number> {
  try {
    const files = await layOutAll(fetched, places, step);
    step.heartbeat({ doing: 'stage' });
    await mkdir(places.staging);
    await applyMaps(list, { files, fetched, staging: places.staging }, step);
    step.heartbeat({ doing: 'verify' });
    const { notebooks, problems } = await inspectTree(places.staging, list.limits, step.signal);
    const what = fetched.size === 1 ? [...fetched.values()].map(({ about }) => about).join() : 'The list of notebooks';
    if (notebooks === 0) throw refusal(`${what} holds no notebook.`, 'Push notebooks to it, or correct the source.');
    if (problems.length > 0) {
      throw refusal(`${what} holds broken notebooks: ${describeProblems(problems)}.`, 'Push a commit that mends them.');
    }
    await openForReading(places.staging, owner);
    return notebooks;
  } finally {
    await rm(places.sources, { recursive: true, force: true });
  }
}

const refusal = (what: string, advice: string): StepFailure =>
  new StepFailure(FAILURES.configuration, `${what} ${UNTOUCHED} ${advice}`);

interface LaidOut {
  readonly root: string;
  /** Files and links, in order, relative to the root. */
  readonly files: readonly string[];
}

async function layOutAll(
  fetched: ReadonlyMap<string, FetchedSource>,
  places: Places,
  step: Step,
): Promise<Map<string, LaidOut>> {
  const laidOut = new Map<string, LaidOut>();
  for (const [name, source] of fetched) {
    step.heartbeat({ doing: 'lay out', source: name });
    // A program that outlived a killed run writes where nobody looks.
    const root = await source.layOut(join(places.sources, `${name}-${randomBytes(4).toString('hex')}`), step);
    const files = await filesIn(root);
    if (files.length === 0) {
      throw refusal(`${source.about} is empty and holds no notebook.`, 'Push notebooks to it, or correct the source.');
    }
    laidOut.set(name, { root, files });
  }
  return laidOut;
}

async function filesIn(root: string): Promise<string[]> {
  const found = await readdir(root, { recursive: true, withFileTypes: true });
  return found
    .filter((entry) => entry.isFile() || entry.isSymbolicLink())
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .sort();
}

async function applyMaps(
  list: NotebookList,
  what: { files: ReadonlyMap<string, LaidOut>; fetched: ReadonlyMap<string, FetchedSource>; staging: string },
  step: Step,
): Promise<void> {
  const tooLarge: NotebookProblem[] = [];
  const staging = await realpath(what.staging);
  for (const map of list.maps) {
    step.signal.throwIfAborted();
    const { root, files } = what.files.get(map.source) ?? { root: '', files: [] };
    const selected = select(files, map);
    const about = what.fetched.get(map.source)?.about ?? map.source;
    if (selected.length === 0 && map.optional !== true) {
      throw refusal(`${about} holds nothing for the map from ${map.from}.`, 'Correct the map, or make it optional.');
    }
    if (selected.length === 0) step.log.warn('A map of the notebooks finds nothing', { source: about, from: map.from });
    for (const { from, to } of selected) {
      const { size } = await lstat(join(root, from));
      if (size > list.limits.file) tooLarge.push({ path: to, problem: `is larger than ${showSize(list.limits.file)}` });
      else await bring(join(root, from), join(staging, to), to);
    }
  }
  if (tooLarge.length > 0) {
    throw refusal(
      `The notebooks are too large: ${describeProblems(tooLarge)}.`,
      'Make them smaller, or raise the limit.',
    );
  }
}

/** The later one of two for one place is taken. */
async function bring(from: string, to: string, shown: string): Promise<void> {
  try {
    // A link that a former map brought may lead anywhere: what would go through it is written nowhere.
    if ((await realPlace(dirname(to))) !== dirname(to)) throw clash(shown);
    await mkdir(dirname(to), { recursive: true });
    await rm(to, { force: true });
    if ((await lstat(from)).isSymbolicLink()) await symlink(await readlink(from), to);
    else await copyFile(from, to, constants.COPYFILE_FICLONE);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code !== 'ENOTDIR' && code !== 'EEXIST' && code !== 'EISDIR' && code !== 'ERR_FS_EISDIR' && !isMissing(error)) {
      throw error;
    }
    throw clash(shown);
  }
}

const clash = (shown: string): StepFailure =>
  refusal(`Two maps make a file and a directory of ${shown}.`, 'Correct one of them.');

/** Users read it as somebody else than the worker, whose umask may hide it; nobody but the owner writes. */
async function openForReading(root: string, { uid, gid }: Owner): Promise<void> {
  for (const path of ['', ...(await readdir(root, { recursive: true }))]) {
    const stat = await lstat(join(root, path));
    await lchown(join(root, path), uid, gid);
    if (stat.isDirectory()) await chmod(join(root, path), 0o755);
    else if (stat.isFile()) await chmod(join(root, path), stat.mode & 0o100 && !isNotebook(path) ? 0o755 : 0o644);
  }
}
