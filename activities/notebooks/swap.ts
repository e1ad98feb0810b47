/**
 * What users read becomes another tree: everything that is needed is made ready first, then the intent is written down, then
 * each path changes by one rename. A run that was killed after the intent is finished by the next one.
 */
import { chmod, lchown, lstat, mkdir, rename, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { unlessMissing } from '../shared/files.js';
import type { Step } from '../shared/step.js';
import { lostBy, planExchange, worthKeeping, type Change } from './exchange.js';
import { NOTHING, notebooksIn, readManifest, type Entry, type Manifest } from './manifest.js';
import type { Places } from './places.js';
import { currentOf, pruned, readRecord, writeRecord, type Record, type Version } from './record.js';
import { copyEntry, keepFound, openTree, removeOtherTrees, type Tree } from './trees.js';

/** To whom the deployed files belong. */
export interface Owner {
  readonly uid: number;
  readonly gid: number;
}

export interface Swap {
  readonly places: Places;
  readonly owner: Owner;
  /** How many former trees are kept. */
  readonly keep: number;
}

/** Finishes what a killed run began, and removes what it left half-made. */
export async function recover(swap: Swap, step: Step): Promise<Record | undefined> {
  const { places } = swap;
  await clear(places);
  const record = await readRecord(places.record);
  if (record?.replacing === undefined) return record;
  const tree = await openTree(places, record.current, step);
  if (tree === undefined) {
    step.log.warn('An exchange of the notebooks was cut short and its tree is broken: they are made afresh');
    const { replacing: _, ...rest } = record;
    return { ...rest, versions: record.versions.filter((version) => version.tree !== record.current) };
  }
  step.log.warn('A former run of the notebooks was cut short: its exchange is finished');
  const ours = (await openTree(places, record.replacing, step))?.manifest ?? NOTHING;
  const there = await readManifest(places.target, step.signal);
  const changes = planExchange({ there, wanted: tree.manifest, ours });
  await makeReady(changes, tree, places, step);
  return exchange(changes, { tree, record }, swap, step);
}

export const clear = async ({ staging, sources, incoming }: Places): Promise<void> => {
  for (const path of [staging, sources, incoming]) await rm(path, { recursive: true, force: true, maxRetries: 3 });
};

export interface Comparison {
  /** What the target lacks of a tree. */
  readonly changes: Change[];
  readonly there: Manifest;
  /** Tree whose files are ours; undefined: nothing is known of what lies there, and all of it is replaced. */
  readonly ours: Tree | undefined;
  /** What the changes take away and no version holds. */
  readonly lost: string[];
}

export async function compare(places: Places, record: Record | undefined, tree: Tree, step: Step): Promise<Comparison> {
  const there = await readManifest(places.target, step.signal);
  const current = currentOf(record)?.tree;
  const former = current === undefined ? undefined : await openTree(places, current, step);
  const ours = current === tree.digest ? tree : former;
  const changes = planExchange({ there, wanted: tree.manifest, ours: ours?.manifest ?? there });
  return { changes, there, ours, lost: lostBy(changes, { there, ours: ours?.manifest ?? NOTHING }) };
}

/**
 * `next` says what the record becomes, out of what was found and belongs to no version. Whatever fails before the intent is
 * written leaves the target as it is.
 */
export async function swapTo(
  tree: Tree,
  record: Record | undefined,
  next: (found: Version | undefined) => Record,
  swap: Swap,
  step: Step,
): Promise<Record> {
  const { places } = swap;
  const { changes, there, ours, lost } = await compare(places, record, tree, step);
  const found = lost.length > 0 ? await keepFound(places, worthKeeping(there, ours?.manifest, lost), step) : undefined;
  if (found !== undefined && ours !== undefined) {
    step.log.warn('Somebody changed deployed notebooks: what was there is kept as the former ones', {
      paths: lost.slice(0, MOST_NAMED),
      more: Math.max(0, lost.length - MOST_NAMED),
    });
  }
  await makeReady(changes, tree, places, step);
  step.signal.throwIfAborted();
  const replacing = (ours ?? found ?? tree).digest;
  const version = found && { ...describeFound(found), since: new Date().toISOString() };
  return exchange(changes, { tree, record: { ...next(version), replacing } }, swap, step);
}

const MOST_NAMED = 5;

const describeFound = ({ digest, manifest }: Tree) => ({
  tree: digest,
  fingerprint: '',
  notebooks: notebooksIn(manifest),
  sources: [],
});

const readyName = ({ incoming }: Places, at: number): string => join(incoming, String(at));

/** Copies what is to be put, whole and on the disk: a full disk is noticed here. */
async function makeReady(changes: readonly Change[], tree: Tree, places: Places, step: Step): Promise<void> {
  await rm(places.incoming, { recursive: true, force: true });
  await mkdir(places.incoming);
  for (const [at, { do: what, path }] of changes.entries()) {
    step.signal.throwIfAborted();
    const entry = what === 'put' ? tree.manifest.get(path) : undefined;
    if (entry) await copyEntry(join(tree.directory, path), readyName(places, at), entry);
  }
}

async function exchange(
  changes: readonly Change[],
  { tree, record }: { tree: Tree; record: Record },
  { places, owner, keep }: Swap,
  step: Step,
): Promise<Record> {
  await writeRecord(places.record, record);
  step.heartbeat({ doing: 'swap', changed: 0 });
  await openTarget(places, owner);
  for (const [at, change] of changes.entries()) {
    await perform(change, readyName(places, at), join(places.target, change.path), tree.manifest.get(change.path));
    step.heartbeat({ doing: 'swap', changed: at + 1 });
  }
  const { replacing: _, ...done } = pruned(record, keep);
  await writeRecord(places.record, done);
  step.heartbeat({ doing: 'prune' });
  await removeOtherTrees(
    places,
    done.versions.map(({ tree: digest }) => digest),
  );
  await clear(places);
  return done;
}

/** Made when it is not there; users read it, and only the owner writes. */
export async function openTarget({ target }: Places, owner: Owner): Promise<void> {
  await mkdir(target, { recursive: true });
  await setRight(target, { mode: 0o755, ...owner });
}

/** `wanted`: of what is not removed. */
async function perform(
  { do: what }: Change,
  ready: string,
  path: string,
  wanted: Pick<Entry, 'mode' | 'uid' | 'gid'> = WITHOUT_ACCESS,
): Promise<void> {
  switch (what) {
    case 'clear':
      return rm(path, { recursive: true, force: true });
    case 'make directory':
      await mkdir(path);
      return setRight(path, wanted);
    case 'set right':
      return setRight(path, wanted);
    case 'put':
      return rename(ready, path);
    case 'remove':
      return rm(path, { force: true });
    case 'remove directory':
      return removeIfEmpty(path);
  }
}

const WITHOUT_ACCESS = { mode: 0o700, uid: 0, gid: 0 };

/** What is left in it is another's: it stays. */
async function removeIfEmpty(path: string): Promise<void> {
  await rmdir(path).catch(async (error: unknown) => {
    if ((await unlessMissing(lstat(path))) === undefined) return;
    if (!(error instanceof Error && 'code' in error && (error.code === 'ENOTEMPTY' || error.code === 'EEXIST')))
      throw error;
  });
}

async function setRight(directory: string, { mode, uid, gid }: Pick<Entry, 'mode' | 'uid' | 'gid'>): Promise<void> {
  await lchown(directory, uid, gid);
  await chmod(directory, mode);
}
