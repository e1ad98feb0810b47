/**
 * What the actions of each entry have dealt with: the commit of the last run in which nothing of the entry failed. One small
 * file per job and clone; without it the actions run as after the first clone.
 */
import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere, writeJson } from '../shared/files.js';
import { redactUrls } from '../shared/redact.js';
import type { DataEntry } from './job.js';

const Commit = z.string().regex(/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/);
const Record = z.object({
  job: z.string(),
  clone: z.string(),
  /** By the turn of the entry among those of the clone. */
  turns: z.record(z.string(), z.object({ url: z.string(), commit: Commit })),
});
type Record = z.infer<typeof Record>;

export interface RecordPlace {
  readonly stateDir: string;
  readonly job: string;
}

/** Below the state directory; nothing else is written there. */
export const dataDirectory = (stateDir: string): string => join(stateDir, 'data');

/** One for all jobs that have this clone. */
export const lockOf = (stateDir: string, clone: string): string =>
  join(dataDirectory(stateDir), `${digest(clone)}.lock`);

const nameOf = ({ stateDir, job }: RecordPlace, clone: string): string =>
  join(dataDirectory(stateDir), digest(`${job}\0${clone}`));
const fileOf = (place: RecordPlace, clone: string): string => `${nameOf(place, clone)}.json`;

/** Where the values of one run lie for its actions; one place, so that a run that was killed leaves no more than one. */
export const valuesOf = (place: RecordPlace, clone: string): string => `${nameOf(place, clone)}.values`;

const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 16);

/** Undefined when nothing is known, or it was of another repository: the actions then run as after the first clone. */
export async function recordedCommit(place: RecordPlace, entry: DataEntry): Promise<string | undefined> {
  const known = (await read(place, entry))?.turns[entry.turn];
  return known?.url === redactUrls(entry.url) ? known.commit : undefined;
}

export async function recordCommit(place: RecordPlace, entry: DataEntry, commit: string): Promise<void> {
  const turns = { ...(await read(place, entry))?.turns, [entry.turn]: { url: redactUrls(entry.url), commit } };
  const record: Record = { job: place.job, clone: entry.clone, turns };
  await writeJson(fileOf(place, entry.clone), record);
}

/** What cannot be read is not there: an action that runs once more harms less than a job that stands still. */
async function read(place: RecordPlace, { clone }: DataEntry): Promise<Record | undefined> {
  const text = await readIfThere(fileOf(place, clone));
  if (text === undefined) return undefined;
  try {
    return Record.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
