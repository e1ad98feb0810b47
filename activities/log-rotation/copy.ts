/** A part of a file as a new file, compressed or not, on disk when this returns. */
import type { Stats } from 'node:fs';
import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip, createGzip } from 'node:zlib';
import { createFile, piecesOf, removeFile, writePart } from './log-file.js';

export interface Part {
  readonly source: FileHandle;
  readonly from: number;
  readonly to: number;
}

export interface Target {
  readonly directory: string;
  /** What has this name is replaced. */
  readonly name: string;
  readonly compress: boolean;
}

/** Owner and permissions are those of the source. A copy that fails leaves nothing. */
export async function copyPart(part: Part, target: Target, signal: AbortSignal): Promise<void> {
  await removeFile(target.directory, target.name);
  const file = await createFile(target.directory, target.name, 0o600);
  try {
    try {
      await write(part, file, target.compress, signal);
      await makeAlike(file, await part.source.stat());
      await file.sync();
    } finally {
      await file.close();
    }
  } catch (error) {
    await removeFile(target.directory, target.name);
    throw error;
  }
}

async function write({ source, from, to }: Part, file: FileHandle, compress: boolean, signal: AbortSignal) {
  const pieces = piecesOf(source, from, to);
  // No stream of the file's own: one that does not close the file keeps it from being closed.
  const sink = async (written: AsyncIterable<Buffer>): Promise<void> => {
    let at = 0;
    for await (const piece of written) {
      await writePart(file, piece, at);
      at += piece.length;
    }
  };
  if (compress) await pipeline(pieces, createGzip(), sink, { signal });
  else await pipeline(pieces, sink, { signal });
}

async function makeAlike(file: FileHandle, like: Stats): Promise<void> {
  const { uid, gid } = await file.stat();
  if (uid !== like.uid || gid !== like.gid) await file.chown(like.uid, like.gid);
  await file.chmod(like.mode & 0o7777);
}

/** What `copyPart` wrote, in pieces. */
export async function* contentOf(file: FileHandle, compressed: boolean): AsyncGenerator<Buffer> {
  const { size } = await file.stat();
  const raw = piecesOf(file, 0, size);
  if (!compressed) {
    yield* raw;
    return;
  }
  const unzip = createGunzip();
  const fed = pipeline(raw, unzip);
  fed.catch(() => undefined);
  for await (const piece of unzip) yield piece as Buffer;
  await fed;
}
