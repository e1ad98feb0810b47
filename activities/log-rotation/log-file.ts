/** Files of one directory by name; no link is followed. A name may hold bytes that are not UTF-8 (shared/bytes). */
import { constants, type BigIntStats } from 'node:fs';
import { lstat, open, readdir, unlink, type FileHandle } from 'node:fs/promises';
import { decode, encode } from '../shared/bytes.js';
import { unlessMissing } from '../shared/files.js';

const SLASH = Buffer.from('/');

export const pathIn = (directory: string, name: string): Buffer =>
  Buffer.concat([Buffer.from(directory), SLASH, encode(name)]);

/** For messages and results: what is no text is told in its place. */
export function shownName(name: string): string {
  const text = encode(name).toString('utf8');
  return /^[\p{L}\p{N}_.@%+,:=~-]+$/u.test(text) ? text : JSON.stringify(text);
}

export async function namesIn(directory: string): Promise<string[]> {
  return (await readdir(directory, { encoding: 'buffer' })).map(decode);
}

/** Undefined when there is no such file. */
export const look = (directory: string, name: string): Promise<BigIntStats | undefined> =>
  unlessMissing(lstat(pathIn(directory, name), { bigint: true }));

export const inodeOf = (stats: BigIntStats): string => String(stats.ino);

/** Opened for reading and writing, or undefined when there is no regular file of that name. */
export async function openRegular(directory: string, name: string): Promise<FileHandle | undefined> {
  const found = await look(directory, name);
  if (!found?.isFile()) return undefined;
  const file = await unlessMissing(open(pathIn(directory, name), constants.O_RDWR | constants.O_NOFOLLOW));
  if (file === undefined) return undefined;
  // Somebody may have put another file in its place since the look.
  if ((await file.stat()).isFile()) return file;
  await file.close();
  return undefined;
}

/** A new file; throws EEXIST when there is something of that name, a link that leads nowhere included. */
export const createFile = (directory: string, name: string, mode: number): Promise<FileHandle> =>
  open(pathIn(directory, name), 'wx', mode);

/** Twice: nothing. */
export const removeFile = async (directory: string, name: string): Promise<void> =>
  void (await unlessMissing(unlink(pathIn(directory, name))));

export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Bytes of an open file; fewer when it ends before. */
export async function readPart(file: FileHandle, from: number, to: number): Promise<Buffer> {
  const buffer = Buffer.alloc(Math.max(0, to - from));
  let filled = 0;
  while (filled < buffer.length) {
    const { bytesRead } = await file.read(buffer, filled, buffer.length - filled, from + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return buffer.subarray(0, filled);
}

export async function writePart(file: FileHandle, bytes: Buffer, at: number): Promise<void> {
  let written = 0;
  while (written < bytes.length) {
    const { bytesWritten } = await file.write(bytes, written, bytes.length - written, at + written);
    written += bytesWritten;
  }
}

const CHUNK_BYTES = 256 * 1024;
const NEWLINE = 0x0a;

/** Where the last whole line of the first `size` bytes ends; 0 when there is none. */
export async function endOfLines(file: FileHandle, size: number): Promise<number> {
  for (let to = size; to > 0;) {
    const from = Math.max(0, to - CHUNK_BYTES);
    const newline = (await readPart(file, from, to)).lastIndexOf(NEWLINE);
    if (newline >= 0) return from + newline + 1;
    to = from;
  }
  return 0;
}

/** The part in pieces. Throws when the file ends before it. */
export async function* piecesOf(file: FileHandle, from: number, to: number): AsyncGenerator<Buffer> {
  for (let at = from; at < to;) {
    const piece = await readPart(file, at, Math.min(to, at + CHUNK_BYTES));
    if (piece.length === 0) throw new Error('became shorter while it was read');
    yield piece;
    at += piece.length;
  }
}
