import { randomBytes } from 'node:crypto';
import { chmod, mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import type { z } from 'zod';

export interface WriteOptions {
  /** Owner of the new file; only root can give one. */
  owner?: { uid: number; gid: number };
  /** Directory on the same file system for the half-written file, where it must not lie beside the target. */
  scratchDirectory?: string;
}

/** Writes beside, syncs, renames: a reader sees the old or the new text, never a part. */
export async function writeAtomically(
  path: string,
  content: string | Buffer,
  mode = 0o600,
  { owner, scratchDirectory }: WriteOptions = {},
): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const scratch = `${scratchDirectory ? join(scratchDirectory, basename(path)) : path}.${randomBytes(4).toString('hex')}.tmp`;
  try {
    const file = await open(scratch, 'w', mode);
    try {
      await file.writeFile(content);
      if (owner) await file.chown(owner.uid, owner.gid);
      await file.sync();
    } finally {
      await file.close();
    }
    await chmod(scratch, mode);
    await rename(scratch, path);
    await syncDirectory(dirname(path));
  } catch (error) {
    await rm(scratch, { force: true });
    throw error;
  }
}

/** A rename is in the directory; without this a power cut may bring the former name back. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

export const writeJson = (path: string, value: unknown, mode = 0o600): Promise<void> =>
  writeAtomically(path, `${JSON.stringify(value, null, 2)}\n`, mode);

/** Appends one JSON line and syncs it. A line cut short by a crash is skipped by `readJsonLines`. */
export async function appendJsonLine(path: string, value: unknown): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const file = await open(path, 'a+', 0o600);
  try {
    const { size } = await file.stat();
    const last = Buffer.alloc(1);
    if (size > 0) await file.read(last, 0, 1, size - 1);
    const separator = size > 0 && last.toString() !== '\n' ? '\n' : '';
    await file.appendFile(`${separator}${JSON.stringify(value)}\n`);
    await file.sync();
    if (size === 0) await syncDirectory(dirname(path));
  } finally {
    await file.close();
  }
}

/** The file as the schema has it, or undefined when there is none. Throws with the path on anything malformed. */
export async function readJson<T>(path: string, schema: z.ZodType<T>): Promise<T | undefined> {
  const text = await readIfThere(path);
  if (text === undefined) return undefined;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new Error(`${path} is not JSON (${(error as Error).message}). Move it away; it is made again.`);
  }
  const parsed = schema.safeParse(value);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`${path}: ${issue?.path.join('.') || 'file'}: ${issue?.message}. Move it away; it is made again.`);
  }
  return parsed.data;
}

/** All lines that parse, oldest first; a line cut short by a crash is left out. */
export async function readJsonLines<T>(path: string, schema: z.ZodType<T>): Promise<T[]> {
  const text = (await readIfThere(path)) ?? '';
  return text.split('\n').flatMap((line) => {
    if (line.trim() === '') return [];
    try {
      const parsed = schema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}

export const readIfThere = (path: string): Promise<string | undefined> => unlessMissing(readFile(path, 'utf8'));

/** What was asked of the file system; undefined when there is no such file or directory. */
export async function unlessMissing<T>(found: Promise<T>): Promise<T | undefined> {
  try {
    return await found;
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

export const isMissing = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR');
