/**
 * A snapshot, or some components of it, back in place. Everything is laid out and checked in a directory of ours before the
 * first container is stopped; what there was is saved before the first file is overwritten.
 */
import { mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import { requireContainers } from './containers.js';
import type { DumpSurroundings } from './dump.js';
import { makeSnapshot, type SnapshotRequest } from './make-snapshot.js';
import { compareFiles, hashFiles } from './manifest.js';
import { openSnapshot, type OpenedSnapshot, type WantedParts } from './open-snapshot.js';
import { containersOf } from './plan.js';
import { putBackDump } from './put-back.js';
import { mirror } from './run-mirror.js';
import { Repository } from './repository.js';
import { endRestoreJournal, readRestoreJournal, writeRestoreJournal } from './restore-journal.js';
import { inOrder, stoppedThroughout, stopsFor } from './restore-plan.js';
import { preview, type RestorePreview } from './restore-preview.js';
import { targetsOf, type RestoreTarget } from './restore-targets.js';
import { startWhatWasStopped, whileStopped } from './stopped.js';
import { beforeRestoreTag } from './tags.js';
import { requireRoom } from './trees.js';

export interface RestoreRequest extends SnapshotRequest, WantedParts {
  /** Absolute paths that are never written: env.local (and what it links to), log directory, our state directory. */
  readonly protectedPaths: readonly string[];
  /** False: what there is is not saved first. For a state that can no longer be dumped. */
  readonly saveFirst?: boolean;
}

export interface RestoredStack {
  readonly snapshot: string;
  /** Release that the snapshot was made of. */
  readonly release: number | null;
  /** Keys of the parts that are back. */
  readonly restored: readonly string[];
  /** Where logs and protected files were laid instead. */
  readonly aside: readonly { readonly key: string; readonly path: string }[];
  /** Snapshot of what there was before. */
  readonly saved: string | null;
  readonly stopped: readonly string[];
  readonly bytes: number;
}

/** What a restore would do; changes nothing but locks in the repository. Throws as `restoreStack` does. */
export async function previewRestore(request: RestoreRequest, step: Step): Promise<RestorePreview> {
  const repository = new Repository(request, step);
  const opened = await openSnapshot(request, repository);
  const around = surroundingsOf(request, repository, step);
  return preview(opened, await targetsOf(opened.parts, request, around), repository, around);
}

/**
 * A directory becomes what it was: files that the snapshot does not have are removed, except protected ones. A database is
 * replaced as a whole. Safe to run again, also after a kill: the state that was saved first stays the one that is kept. Throws
 * NotFound (no such snapshot, container, volume), Configuration, DiskFull: nothing has changed then; ApplyFailed: run it again,
 * or restore the saved state, whose id the message tells.
 */
export async function restoreStack(request: RestoreRequest, step: Step): Promise<RestoredStack> {
  await startWhatWasStopped({ ...request, log: step.log });
  const repository = new Repository(request, step);
  const opened = await openSnapshot(request, repository);
  const around = surroundingsOf(request, repository, step);
  await requireContainers(containersOf(opened.parts), around);
  const targets = await targetsOf(opened.parts, request, around);

  const staging = await emptyStaging(request.directory);
  try {
    const bytes = await stage(opened, staging, repository);
    const aside = await layAside(targets, opened, staging, around);
    const back = targets.filter((target) => !target.aside);
    const saved = await saveFirst(back, opened, request, step);
    await putBack(back, staging, saved, around);
    await endRestoreJournal(request.directory);
    step.log.info('Restored', { snapshot: opened.snapshot, parts: back.length, saved, bytes });
    const restored = back.map(({ planned }) => planned.key);
    const { snapshot, manifest } = opened;
    return { snapshot, release: manifest.release, restored, aside, saved, stopped: [...around.stopped], bytes };
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

function surroundingsOf(request: RestoreRequest, { redact }: Repository, step: Step): DumpSurroundings {
  const { engine, directory, environment } = request;
  return { engine, step, directory, environment, stopped: new Set(), redact };
}

async function emptyStaging(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const staging = join(await realpath(directory), 'restoring');
  await rm(staging, { recursive: true, force: true });
  await mkdir(staging, { mode: 0o700 });
  return staging;
}

/** Lays the parts out and compares the dumps with the manifest. Bytes of all files. */
async function stage({ snapshot, parts }: OpenedSnapshot, staging: string, repository: Repository): Promise<number> {
  const places = [...new Set(parts.map(({ place }) => place))];
  const bytes = await repository.bytesOf(snapshot, places);
  await requireRoom(staging, bytes, 'Nothing was restored');
  await repository.restore(snapshot, places, staging);
  const problems: string[] = [];
  for (const { key, place, files } of parts) {
    const found = files === undefined ? [] : await hashFiles(join(staging, place));
    problems.push(...compareFiles(files ?? [], found).map((problem) => `${key}: ${problem}`));
  }
  if (problems.length === 0) return bytes;
  throw new StepFailure(
    FAILURES.applyFailed,
    `Nothing was restored: snapshot ${snapshot} is damaged (${problems.join('; ')}). Choose another one.`,
  );
}

async function layAside(
  targets: readonly RestoreTarget[],
  { snapshot }: OpenedSnapshot,
  staging: string,
  around: DumpSurroundings,
): Promise<RestoredStack['aside']> {
  const laid: { key: string; path: string }[] = [];
  for (const { planned, aside } of targets) {
    if (!aside) continue;
    const path = join(around.directory, 'aside', snapshot, planned.key);
    await mkdir(path, { recursive: true, mode: 0o700 });
    await mirror(join(staging, planned.place), path, [], around);
    laid.push({ key: planned.key, path });
  }
  return laid;
}

/** Once for a restore, however often it is begun: later there is half of it to be saved. */
async function saveFirst(
  back: readonly RestoreTarget[],
  { snapshot }: OpenedSnapshot,
  request: RestoreRequest,
  step: Step,
): Promise<string | null> {
  const begun = await readRestoreJournal(request.directory);
  const keys = back.map(({ planned }) => planned.key);
  if (begun?.snapshot === snapshot && keys.every((key) => begun.keys.includes(key))) return begun.saved;
  if (back.length === 0) return null;
  const parts = back.map(({ planned }) => planned);
  const saved =
    request.saveFirst === false
      ? null
      : await makeSnapshot(
          { parts, tags: [], whenWhole: beforeRestoreTag(snapshot), missing: 'leave out' },
          request,
          step,
        );
  const journal = { snapshot, keys, saved: saved?.snapshot ?? null };
  await writeRestoreJournal(request.directory, journal);
  return journal.saved;
}

async function putBack(
  targets: readonly RestoreTarget[],
  staging: string,
  saved: string | null,
  around: DumpSurroundings,
): Promise<void> {
  const all = inOrder(targets.map((target) => ({ ...target, part: target.planned.part })));
  try {
    await whileStopped(stoppedThroughout(all), around, async () => {
      for (const target of all) {
        const { planned, part } = target;
        await whileStopped(stopsFor(part), around, () => putBackOne(target, join(staging, planned.place), around));
        around.step.log.info('Put back', { part: planned.key });
        around.step.heartbeat({ restored: planned.key });
      }
    });
  } catch (error) {
    if (!(error instanceof StepFailure)) throw error;
    const way = saved === null ? '' : ` What there was before is snapshot ${saved}.`;
    throw new StepFailure(error.type, `${error.message}\nThe restore is not whole: run it again.${way}`);
  }
}

async function putBackOne(
  { planned, target, spared }: RestoreTarget,
  staged: string,
  around: DumpSurroundings,
): Promise<void> {
  if (planned.part.kind === 'dump') await putBackDump(planned.part, staged, around);
  else if (target !== undefined) await mirror(staged, target, spared, around);
}
