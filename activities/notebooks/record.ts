/**
 * What is deployed, what was before, and whether an exchange was begun and not ended. Lies beside the trees it speaks of.
 * Pure but for reading and writing the file.
 */
import { z } from 'zod';
import { readIfThere, writeJson } from '../shared/files.js';

const SourceState = z.object({ name: z.string(), commit: z.string().optional(), sha256: z.string().optional() });

const Version = z.object({
  /** Digest of its tree. */
  tree: z.string(),
  /** Of the list and what its sources held; empty for what was there before us. */
  fingerprint: z.string(),
  notebooks: z.number(),
  sources: z.array(SourceState),
  since: z.string(),
});
export type Version = z.infer<typeof Version>;

const Record = z.object({
  v: z.literal(1),
  /** Newest first; those before the current one were rolled back. */
  versions: z.array(Version),
  /** Tree that users read. */
  current: z.string(),
  /** The exchange was begun: tree whose files go. */
  replacing: z.string().optional(),
  /** The last rollback and whence it went, so that a second try of it does not go further back. */
  rollback: z.object({ run: z.string(), to: z.string() }).optional(),
});
export type Record = z.infer<typeof Record>;

/** Undefined when there is none, or it cannot be read: what is there is then as if it was never ours, and kept. */
export async function readRecord(file: string): Promise<Record | undefined> {
  const text = await readIfThere(file);
  if (text === undefined) return undefined;
  try {
    return Record.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}

export const writeRecord = (file: string, record: Record): Promise<void> => writeJson(file, record);

export const currentOf = (record: Record | undefined): Version | undefined =>
  record?.versions.find(({ tree }) => tree === record.current);

/** Those that a person rolled back. */
export const rejectedOf = (record: Record | undefined): Version[] =>
  record?.versions.slice(0, placeOfCurrent(record)) ?? [];

/** What can be gone back to, the nearest first. */
export const formerOf = (record: Record | undefined): Version[] =>
  record?.versions.slice(placeOfCurrent(record) + 1) ?? [];

const placeOfCurrent = ({ versions, current }: Record): number =>
  Math.max(
    0,
    versions.findIndex(({ tree }) => tree === current),
  );

/** The version is the newest; what was rolled back is given up. `found`: what lay there and no version holds. */
export function withVersion(record: Record | undefined, version: Version, found?: Version): Record {
  const current = currentOf(record);
  const former = [found, current, ...formerOf(record)].filter((each) => each !== undefined);
  const unique = former.filter(
    ({ tree }, at) => tree !== version.tree && former.findIndex((each) => each.tree === tree) === at,
  );
  return { v: 1, versions: [version, ...unique], current: version.tree };
}

/** `found` is kept right behind what is deployed. */
export function withFound(record: Record, found: Version | undefined): Record {
  if (found === undefined) return record;
  const current = record.versions.findIndex(({ tree }) => tree === record.current);
  const others = record.versions.filter(({ tree }) => tree !== found.tree);
  return { ...record, versions: [...others.slice(0, current + 1), found, ...others.slice(current + 1)] };
}

/** The same tree out of other commits. */
export const withFingerprint = (
  record: Record,
  tree: string,
  now: Pick<Version, 'fingerprint' | 'sources'>,
): Record => ({
  ...record,
  versions: record.versions.map((version) => (version.tree === tree ? { ...version, ...now } : version)),
});

/** Only `keep` of those that can be gone back to stay. */
export const pruned = (record: Record, keep: number): Record => ({
  ...record,
  versions: record.versions.slice(0, placeOfCurrent(record) + 1 + keep),
});

/**
 * stage: nothing known comes out of these sources. in place: what users read does. held back: a person rolled it back.
 */
export function judge(record: Record | undefined, fingerprint: string): 'stage' | 'in place' | 'held back' {
  if (currentOf(record)?.fingerprint === fingerprint) return 'in place';
  return rejectedOf(record).some((version) => version.fingerprint === fingerprint) ? 'held back' : 'stage';
}
