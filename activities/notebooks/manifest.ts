/** What lies in a directory, as data: two trees are the same when their digests are. */
import { createHash } from 'node:crypto';
import { createReadStream, type Stats } from 'node:fs';
import { lstat, readdir, readlink } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { unlessMissing } from '../shared/files.js';

export interface Entry {
  /** other: a socket, a device, a pipe; nothing of ours. */
  readonly kind: 'directory' | 'file' | 'link' | 'other';
  /** SHA-256 of a file; where a link leads. Empty for the rest. */
  readonly content: string;
  /** Permission bits; 0 for a link, which has none that count. */
  readonly mode: number;
  readonly uid: number;
  readonly gid: number;
  /** Bytes of a file. */
  readonly size: number;
}

/** By path, relative to the tree, directories before what lies in them. */
export type Manifest = ReadonlyMap<string, Entry>;

export const NOTHING: Manifest = new Map();

/** Links are not followed. What vanishes meanwhile is left out; a directory that is not there is empty. */
export async function readManifest(root: string, signal: AbortSignal): Promise<Manifest> {
  const entries = new Map<string, Entry>();
  const paths = (await unlessMissing(readdir(root, { recursive: true }))) ?? [];
  for (const path of paths.sort()) {
    signal.throwIfAborted();
    const entry = await unlessMissing(entryOf(join(root, path)));
    if (entry) entries.set(path, entry);
  }
  return entries;
}

async function entryOf(path: string): Promise<Entry> {
  const stat = await lstat(path);
  const { uid, gid } = stat;
  const kind = kindOf(stat);
  const mode = kind === 'link' ? 0 : stat.mode & 0o7777;
  return { kind, content: await contentOf(kind, path), mode, uid, gid, size: kind === 'file' ? stat.size : 0 };
}

function kindOf(stat: Stats): Entry['kind'] {
  if (stat.isDirectory()) return 'directory';
  if (stat.isFile()) return 'file';
  return stat.isSymbolicLink() ? 'link' : 'other';
}

async function contentOf(kind: Entry['kind'], path: string): Promise<string> {
  if (kind === 'link') return readlink(path);
  return kind === 'file' ? sha256Of(path) : '';
}

/** Of a file, in hexadecimal digits. */
export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  await pipeline(createReadStream(path), hash);
  return hash.digest('hex');
}

/** Owners do not count: they are those of this host. */
export function digestOf(manifest: Manifest): string {
  const hash = createHash('sha256');
  for (const [path, { kind, content, mode }] of [...manifest].sort(([a], [b]) => (a < b ? -1 : 1))) {
    hash.update(JSON.stringify([path, kind, content, mode]));
  }
  return hash.digest('hex');
}

export const notebooksIn = (manifest: Manifest): number =>
  [...manifest].filter(([path, { kind }]) => kind !== 'directory' && isNotebook(path)).length;

export const isNotebook = (path: string): boolean => path.endsWith('.ipynb');
