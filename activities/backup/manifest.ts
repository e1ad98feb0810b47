/** What a snapshot says of itself: a small file in it that names every part. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { z } from 'zod';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { DATA_KINDS, type Part } from './types.js';

/** The directory of ours in a snapshot, by which it is found there; the last part of its path. */
export const SCRATCH_NAME = 'birdkeeper-backup';
export const MANIFEST_NAME = 'manifest.json';

const stop = z.array(z.string()).optional();
const dump = { kind: z.literal('dump'), container: z.string(), as: z.string().optional(), stop };
const PartSchema = z.union([
  z.object({ kind: z.literal('path'), path: z.string(), container: z.string().optional(), stop }),
  z.object({ kind: z.literal('volume'), volume: z.string(), below: z.string().optional(), stop }),
  z.object({ ...dump, database: z.literal('postgres'), name: z.string().optional(), user: z.string().optional() }),
  z.object({ ...dump, database: z.literal('mongo'), name: z.string().optional() }),
  z.object({ ...dump, database: z.literal('sqlite'), file: z.string() }),
  z.object({
    ...dump,
    database: z.literal('prometheus'),
    address: z.string().optional(),
    directory: z.string().optional(),
  }),
]);

const DumpFile = z.object({
  /** From the directory of the dump. */
  path: z.string(),
  bytes: z.number().int().nonnegative(),
  sha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type DumpFile = z.infer<typeof DumpFile>;

const ManifestPart = z.object({
  key: z.string(),
  component: z.string(),
  data: z.enum(DATA_KINDS),
  /** As it was declared, a database with the name that it had. */
  part: PartSchema,
  /** Path in the snapshot: what a path or volume held, or the directory of a dump. */
  place: z.string().startsWith('/'),
  /** Of dumps. restic itself checks the content of all files. */
  files: z.array(DumpFile).optional(),
});
export type ManifestPart = Omit<z.infer<typeof ManifestPart>, 'part'> & { part: Part };

const ManifestSchema = z.object({
  version: z.literal(1),
  stack: z.string(),
  host: z.string(),
  release: z.number().nullable(),
  /** ISO 8601. */
  madeAt: z.string(),
  parts: z.array(ManifestPart),
});
export type Manifest = Omit<z.infer<typeof ManifestSchema>, 'parts'> & { parts: ManifestPart[] };

/** `snapshot`: for the message. Throws ApplyFailed when it is none. */
export function readManifest(text: string, snapshot: string): Manifest {
  try {
    return ManifestSchema.parse(JSON.parse(text)) as Manifest;
  } catch {
    throw new StepFailure(
      FAILURES.applyFailed,
      `The manifest of snapshot ${snapshot} cannot be read: it was made by another version, or is damaged. Choose another snapshot, or restore by hand: restic restore ${snapshot} --target DIRECTORY`,
    );
  }
}

/** Where the manifest lies in a snapshot of those paths; undefined for a snapshot that has none. */
export function manifestPathIn(paths: readonly string[]): string | undefined {
  const scratch = paths.find((path) => path.split('/').at(-1) === SCRATCH_NAME);
  return scratch === undefined ? undefined : join(scratch, MANIFEST_NAME);
}

/** Every file at and below a directory, in the order of names. */
export async function hashFiles(directory: string): Promise<DumpFile[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  const paths = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
  const files: DumpFile[] = [];
  for (const path of paths.sort()) {
    const hash = createHash('sha256');
    await pipeline(createReadStream(path), hash);
    files.push({ path: relative(directory, path), bytes: (await stat(path)).size, sha256: hash.digest('hex') });
  }
  return files;
}

/** What is wrong with the files that came back, a phrase each. Pure. */
export function compareFiles(wanted: readonly DumpFile[], found: readonly DumpFile[]): string[] {
  return wanted.flatMap(({ path, bytes, sha256 }) => {
    const file = found.find((each) => each.path === path);
    if (file === undefined) return [`${path} is missing`];
    if (file.bytes !== bytes) return [`${path} has ${file.bytes} bytes, not ${bytes}`];
    return file.sha256 === sha256 ? [] : [`${path} has another content`];
  });
}
