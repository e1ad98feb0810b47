/** A restore that has begun to overwrite: written down before the first file, gone when all of it is back. */
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { readJson, writeJson } from '../shared/files.js';

const RestoreJournal = z.object({
  snapshot: z.string(),
  keys: z.array(z.string()),
  /** Snapshot of what there was before, or null when that was not wanted or nothing was there. */
  saved: z.string().nullable(),
});
export type RestoreJournal = z.infer<typeof RestoreJournal>;

const fileOf = (directory: string): string => join(directory, 'restore.json');

export const readRestoreJournal = (directory: string): Promise<RestoreJournal | undefined> =>
  readJson(fileOf(directory), RestoreJournal);
export const writeRestoreJournal = (directory: string, journal: RestoreJournal): Promise<void> =>
  writeJson(fileOf(directory), journal);
export const endRestoreJournal = (directory: string): Promise<void> => rm(fileOf(directory), { force: true });

/** Throws Blocked: what is half restored is no state to make a backup of. */
export async function refuseHalfRestored(directory: string): Promise<void> {
  const begun = await readRestoreJournal(directory);
  if (begun === undefined) return;
  const saved = begun.saved === null ? '' : ` What there was before is snapshot ${begun.saved}.`;
  throw new StepFailure(
    FAILURES.blocked,
    `Nothing was backed up: the restore of snapshot ${begun.snapshot} was cut short.${saved} Restore one of them; or remove ${fileOf(directory)} to keep what there is.`,
  );
}
