/** Dumps first, then one `restic backup` of the dumps, the manifest and everything else: a snapshot is one unit. */
import { mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeJson } from '../shared/files.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import { requireContainers } from './containers.js';
import { describeDump, makeDump, type DumpSurroundings } from './dump.js';
import { locate, refuseRepositoryInside, type HostPlaces, type PlacedPart } from './locate.js';
import { hashFiles, MANIFEST_NAME, SCRATCH_NAME, type Manifest, type ManifestPart } from './manifest.js';
import { containersOf, stoppedWhileCopied } from './plan.js';
import { Repository, type RepositoryRequest } from './repository.js';
import { INCOMPLETE, UNFINISHED } from './tags.js';
import { whileStopped } from './stopped.js';
import type { DumpPart, PlannedPart } from './types.js';

export interface SnapshotRequest extends RepositoryRequest, HostPlaces {
  /** Number of the release that runs, or null when none is recorded. */
  readonly release: number | null;
  /** A directory of ours for this stack's backups alone, in the state directory: dumps on their way, and what was stopped. */
  readonly directory: string;
}

export interface SnapshotWishes {
  readonly parts: readonly PlannedPart[];
  /** Tags beside those of stack and release. */
  readonly tags: readonly string[];
  /** Tag that only a whole snapshot gets. */
  readonly whenWhole: string;
  /** What becomes of a part that does not exist. */
  readonly missing: 'fail' | 'leave out';
}

export interface WholeSnapshot {
  readonly snapshot: string;
  readonly bytesAdded: number;
  readonly dumpBytes: number;
  /** Keys of the parts that it holds. */
  readonly parts: readonly string[];
  /** Containers that were stopped, and run again. */
  readonly stopped: readonly string[];
}

/**
 * Everything is looked for before anything is stopped. A dump that fails fails the run before there is a snapshot. One that
 * restic could not make whole (status 3) is tagged `incomplete`; one that was cut short keeps the tag `unfinished`.
 */
export async function makeSnapshot(
  wishes: SnapshotWishes,
  request: SnapshotRequest,
  step: Step,
): Promise<WholeSnapshot> {
  const repository = new Repository(request, step);
  const stopped = new Set<string>();
  const { engine, directory, environment } = request;
  const around = { engine, step, directory, environment, stopped, redact: repository.redact };
  await requireContainers(containersOf(wishes.parts), around);
  const copied = await locate(wishes.parts, request, { missing: wishes.missing, signal: step.signal });
  refuseRepositoryInside(copied, request.repository);
  await repository.prepare();

  const scratch = await emptyScratch(directory);
  try {
    const dumped = await dumpAll(wishes, scratch, around);
    const manifest = manifestOf([...dumped, ...copied.map(asManifestPart)], request);
    await writeJson(join(scratch, MANIFEST_NAME), manifest);
    const made = await whileStopped(stoppedWhileCopied(copied), around, () =>
      repository.backUp({
        release: request.release,
        paths: [scratch, ...new Set(copied.map(({ place }) => place))],
        tags: [...wishes.tags, UNFINISHED],
      }),
    );
    const tag = made.unread ? INCOMPLETE : wishes.whenWhole;
    const snapshot = await repository.retag(made.snapshot, { add: [tag], remove: [UNFINISHED] });
    if (made.unread) throw renamed(made.unread, made.snapshot, snapshot);
    return {
      snapshot,
      bytesAdded: made.bytesAdded,
      dumpBytes: dumped.flatMap(({ files }) => files ?? []).reduce((sum, { bytes }) => sum + bytes, 0),
      parts: manifest.parts.map(({ key }) => key),
      stopped: [...stopped],
    };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

/** The same path every time, by which restic finds the snapshot before; without what a killed run left. */
async function emptyScratch(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const scratch = join(await realpath(directory), SCRATCH_NAME);
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { mode: 0o700 });
  return scratch;
}

/** One after the other: a container is not stopped for the dump of another. */
async function dumpAll(wishes: SnapshotWishes, scratch: string, around: DumpSurroundings): Promise<ManifestPart[]> {
  const made: ManifestPart[] = [];
  for (const planned of wishes.parts) {
    const { key, part } = planned;
    if (part.kind !== 'dump') continue;
    const place = join(scratch, 'dumps', key);
    const stops = (part.stop ?? []).filter((name) => name !== part.container);
    const facts = await whileStopped(stops, around, () => makeDump(part, place, around));
    if (facts === undefined) {
      leaveOut(planned.key, part, wishes, around);
      await rm(place, { recursive: true, force: true });
      continue;
    }
    const files = await hashFiles(place);
    const named = facts.database === undefined ? part : ({ ...part, name: facts.database } as DumpPart);
    made.push({ ...planned, part: named, place, files });
    const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
    around.step.log.info('Dumped', { part: key, what: describeDump(named), bytes });
    around.step.heartbeat({ dumped: key });
  }
  return made;
}

function leaveOut(key: string, part: DumpPart, { missing }: SnapshotWishes, { step }: DumpSurroundings): void {
  if (missing === 'fail') {
    throw new StepFailure(FAILURES.notFound, `${key}: there is no ${describeDump(part)}. Correct the declaration.`);
  }
  step.log.warn('Left out: it does not exist', { part: key, what: describeDump(part) });
}

const asManifestPart = ({ key, component, data, part, place }: PlacedPart): ManifestPart => ({
  key,
  component,
  data,
  part,
  place,
});

const manifestOf = (parts: ManifestPart[], { stack, host, release }: SnapshotRequest): Manifest => ({
  version: 1,
  stack,
  host,
  release,
  madeAt: new Date().toISOString(),
  parts,
});

/** The message names the snapshot; its id changed with its tags. */
const renamed = (failure: StepFailure, from: string, to: string): StepFailure =>
  new StepFailure(
    failure.type,
    failure.message.replace(`Snapshot ${from} holds`, `Snapshot ${to} (tagged ${INCOMPLETE}) holds`),
  );
