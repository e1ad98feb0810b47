/** The newest backup, tried: the repository is checked, and the snapshot is restored into a directory of ours and looked at. */
import { mkdir, realpath, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import { completeOnes, hasTag, releaseOf } from './choose.js';
import { compareFiles, hashFiles, type ManifestPart } from './manifest.js';
import { manifestOf } from './open-snapshot.js';
import { Repository, type RepositoryRequest } from './repository.js';
import type { Snapshot } from './restic-commands.js';
import { selectionWord } from './plan.js';
import { selectionTag } from './tags.js';
import { requireRoom } from './trees.js';
import { tryDump, type TryRequest } from './try-dump.js';
import type { Selection } from './types.js';

export interface VerifyRequest extends RepositoryRequest, TryRequest {
  /** As in the request of the backup. */
  readonly directory: string;
  /** The newest snapshot of this selection is tried; of all of them unless given. */
  readonly selection?: Selection;
  /** How old the newest complete snapshot may be. */
  readonly maxAgeHours: number;
  /** restic's `--read-data-subset`: `5%`, `1/7`, `500M`. Nothing of the content is read beside what is restored unless given. */
  readonly readDataSubset?: string;
  /** `dumps`: directories and volumes are not restored, for which there may be no room. */
  readonly restore?: 'everything' | 'dumps';
}

export interface VerifiedBackup {
  readonly snapshot: string;
  /** ISO 8601. */
  readonly madeAt: string;
  readonly ageHours: number;
  readonly release: number | null;
  /** Per dump what was tried, such as `size and sha256`, `pg_restore --list`. */
  readonly dumps: readonly { readonly key: string; readonly tried: readonly string[] }[];
  /** What could not be tried here, a sentence each. */
  readonly untried: readonly string[];
  readonly restoredBytes: number;
  readonly restoreSeconds: number;
  /** Bytes of the whole snapshot, and how long a restore of it would take at that pace. */
  readonly wholeBytes: number;
  readonly wholeSeconds: number;
}

/**
 * Throws NotFound when there is no complete backup at all, DiskFull when it cannot be laid out, and ApplyFailed that names
 * everything that is wrong: too old, a damaged repository, a dump that cannot be read. Leaves nothing; safe to run twice.
 */
export async function verifyBackup(request: VerifyRequest, step: Step): Promise<VerifiedBackup> {
  checkSubset(request.readDataSubset);
  const repository = new Repository(request, step);
  await repository.open();
  await repository.check(request.readDataSubset);
  const newest = await newestComplete(request, repository);
  const ageHours = (Date.now() - Date.parse(newest.time)) / 3600_000;
  const manifest = await manifestOf(newest, repository);

  const scratch = await emptyScratch(request.directory);
  try {
    const parts = manifest.parts.filter(({ part }) => request.restore !== 'dumps' || part.kind === 'dump');
    const { restoredBytes, restoreSeconds } = await restoreInto(scratch, newest, parts, repository);
    const { dumps, untried, problems } = await tryAll(scratch, parts, request, step);
    const old = tooOld(ageHours, request.maxAgeHours);
    if (old !== undefined || problems.length > 0) {
      const all = [...(old === undefined ? [] : [old]), ...problems].join('; ');
      throw new StepFailure(FAILURES.applyFailed, `The backup of ${request.stack} (${newest.short_id}): ${all}.`);
    }
    const wholeBytes = await repository.size(newest.id);
    const wholeSeconds = restoredBytes === 0 ? restoreSeconds : (restoreSeconds * wholeBytes) / restoredBytes;
    const release = releaseOf(newest);
    const about = { snapshot: newest.short_id, madeAt: newest.time, ageHours, release };
    step.log.info('The backup can be restored', { ...about, restoredBytes, restoreSeconds });
    return { ...about, dumps, untried, restoredBytes, restoreSeconds, wholeBytes, wholeSeconds };
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

function checkSubset(subset: string | undefined): void {
  if (subset === undefined || /^(\d+\/\d+|\d+(\.\d+)?%|\d+[kKmMgGtT]?)$/.test(subset)) return;
  throw new StepFailure(
    FAILURES.configuration,
    `How much of the backup is read: ${JSON.stringify(subset)} is not understood. Write 5%, 1/7 or 500M.`,
  );
}

async function newestComplete({ stack, host, selection }: VerifyRequest, repository: Repository): Promise<Snapshot> {
  const complete = completeOnes(await repository.snapshots());
  const newest = complete.findLast((each) => selection === undefined || hasTag(each, selectionTag(selection)));
  if (newest !== undefined) return newest;
  const what = selection === undefined ? '' : ` of ${selectionWord(selection)}`;
  throw new StepFailure(FAILURES.notFound, `There is no complete backup${what} of ${stack} on ${host}. Make one.`);
}

const tooOld = (ageHours: number, limit: number): string | undefined =>
  ageHours <= limit
    ? undefined
    : `it is ${ageHours.toFixed(1)} h old, more than ${limit} h: no newer one was completed`;

async function emptyScratch(directory: string): Promise<string> {
  await mkdir(directory, { recursive: true, mode: 0o700 });
  const scratch = join(await realpath(directory), 'verifying');
  await rm(scratch, { recursive: true, force: true });
  await mkdir(scratch, { mode: 0o700 });
  return scratch;
}

async function restoreInto(
  scratch: string,
  snapshot: Snapshot,
  parts: readonly ManifestPart[],
  repository: Repository,
): Promise<{ restoredBytes: number; restoreSeconds: number }> {
  const places = [...new Set(parts.map(({ place }) => place))];
  const restoredBytes = await repository.bytesOf(snapshot.id, places);
  if (places.length === 0) return { restoredBytes, restoreSeconds: 0 };
  await requireRoom(scratch, restoredBytes, 'The backup was not tried');
  const begin = performance.now();
  await repository.restore(snapshot.id, places, scratch);
  return { restoredBytes, restoreSeconds: (performance.now() - begin) / 1000 };
}

async function tryAll(scratch: string, parts: readonly ManifestPart[], request: TryRequest, step: Step) {
  const dumps: { key: string; tried: string[] }[] = [];
  const untried: string[] = [];
  const problems: string[] = [];
  for (const { key, part, place, files } of parts) {
    if (part.kind !== 'dump') continue;
    const directory = join(scratch, place);
    const found = await hashFiles(directory).catch(() => []);
    const wrong = compareFiles(files ?? [], found);
    const more =
      wrong.length > 0 ? { tried: [], untried: [], problems: wrong } : await tryDump(part, directory, request, step);
    dumps.push({ key, tried: ['size and sha256', ...more.tried] });
    untried.push(...more.untried.map((what) => `${key}: ${what}`));
    problems.push(...more.problems.map((what) => `${key}: ${what}`));
    step.heartbeat({ tried: key });
  }
  return { dumps, untried, problems };
}
