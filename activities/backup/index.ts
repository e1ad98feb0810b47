/**
 * Backups of a stack in restic: made, thinned out, restored, tried. `backUp` is the thin form, one snapshot of directories and
 * named volumes that stops nothing.
 */
import { access, constants } from 'node:fs/promises';
import type { JobActivities } from '../types.js';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import { readEntry, type BackupEntry } from './paths.js';
import { Repository } from './repository.js';
import type { ResticAccess } from './restic.js';

export interface BackupRequest extends ResticAccess {
  readonly stack: string;
  readonly host: string;
  /** Number of the release that runs, or null when none is recorded. */
  readonly release: number | null;
  /** What relative entries are relative to. */
  readonly stackDirectory: string;
  /** Entries of `BIRDKEEPER_BACKUP_PATHS`. */
  readonly entries: readonly string[];
  /** Directory of a named volume's content on this host, or undefined when there is no such volume. */
  readonly mountPointOf: (volume: string) => Promise<string | undefined>;
}

export type BackupResult = Awaited<ReturnType<JobActivities['backUpStack']>>;

/**
 * Makes the repository when there is none. Twice: makes a second snapshot, which adds next to nothing. Throws NotFound
 * naming each path and volume that is not there, before anything is backed up; ApplyFailed naming the files that could
 * not be read, although a snapshot of the others exists then.
 */
export async function backUp(request: BackupRequest, step: Step): Promise<BackupResult> {
  const paths = await resolveEntries(request);
  const repository = new Repository(request, step);
  await repository.prepare();
  const { snapshot, bytesAdded, unread } = await repository.backUp({ release: request.release, paths });
  if (unread) throw unread;
  step.log.info('Backed up', { snapshot, bytesAdded, paths: paths.length });
  return { snapshot, bytesAdded, paths, release: request.release };
}

async function resolveEntries(request: BackupRequest): Promise<string[]> {
  const read = request.entries.map((entry) => readEntry(entry, request.stackDirectory));
  const wrong = read.filter((entry) => typeof entry === 'string');
  if (wrong.length > 0) throw refusal(FAILURES.configuration, wrong);
  if (read.length === 0) throw refusal(FAILURES.configuration, ['it is empty, so there is nothing to back up']);

  const entries = read.filter((entry) => typeof entry !== 'string');
  const found = await Promise.all(entries.map((entry) => locate(entry, request)));
  const missing = found.flatMap((place) => ('missing' in place ? [place.missing] : []));
  if (missing.length > 0) throw refusal(FAILURES.notFound, missing);
  return [...new Set(found.flatMap((place) => ('path' in place ? [place.path] : [])))];
}

const refusal = (type: typeof FAILURES.configuration | typeof FAILURES.notFound, why: readonly string[]) =>
  new StepFailure(type, `Nothing was backed up. BIRDKEEPER_BACKUP_PATHS: ${why.join('; ')}. Correct the setting.`);

/** restic skips what is not there and calls it a success: it is looked for here. */
async function locate(entry: BackupEntry, request: BackupRequest): Promise<{ path: string } | { missing: string }> {
  const path = entry.kind === 'path' ? entry.path : await request.mountPointOf(entry.volume);
  if (path === undefined) return { missing: `there is no volume ${entry.kind === 'volume' ? entry.volume : ''}` };
  try {
    await access(path, constants.R_OK);
    return { path };
  } catch (error) {
    return { missing: `${entry.entry} cannot be read (${messageOf(error)})` };
  }
}

export { readCreateArguments, type CreateArguments } from './create-arguments.js';
export { createBackup, type CreateBackupRequest, type CreatedBackup } from './create.js';
export { forgetBackups, type ForgetRequest, type Forgotten } from './forget.js';
export { declarationOfEntries } from './paths.js';
export { planBackup } from './plan.js';
export { readResticAccess } from './restic-env.js';
export { previewRestore, restoreStack, type RestoredStack, type RestoreRequest } from './restore.js';
export type { PreviewedPart, RestorePreview } from './restore-preview.js';
export { readKeepOptions } from './retention.js';
export { BackupSchema, declarationOf } from './schema.js';
export { readBackupFile, type BackupFile } from './shell-file.js';
export { startWhatWasStopped, type StartRequest } from './stopped.js';
export { verifyBackup, type VerifiedBackup, type VerifyRequest } from './verify.js';
export type { BackupEngine, Declaration, Part, Selection } from './types.js';
