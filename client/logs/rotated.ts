/** Log files that a rotation has put aside. */
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { isMissing } from '../../activities/shared/files.js';
import { LogReader, type LogItem } from './parse.js';

/** What a small file may unfold to. */
const MAX_UNPACKED_BYTES = 512 * 1024 * 1024;

/**
 * Newest first, out of the names of a directory: `autodeploy.log.1`, `autodeploy.log.2.gz` …, and those with a date
 * (`autodeploy.log-20261124.gz`). Pure.
 */
export function rotatedNames(names: readonly string[], file: string): string[] {
  const parsed = names.flatMap((name) => {
    const [, number, date] = name.startsWith(file) ? (SUFFIX.exec(name.slice(file.length)) ?? []) : [];
    if (number !== undefined) return [{ name, number: Number(number), date: '' }];
    return date === undefined ? [] : [{ name, number: Infinity, date }];
  });
  return parsed
    .sort((a, b) => (a.number === b.number ? b.date.localeCompare(a.date) : a.number - b.number))
    .map(({ name }) => name);
}

const SUFFIX = /^(?:\.(\d{1,6})|[.-](\d{4}-?\d\d-?\d\d(?:[-_T.]?\d+)*))(?:\.gz)?$/;

/** Paths, newest first; none when there is no such directory. */
export async function rotatedFiles(directory: string, file: string): Promise<string[]> {
  try {
    return rotatedNames(await readdir(directory), file).map((name) => join(directory, name));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

/** Empty for a file that went while it was to be read: the rotation runs on. */
export async function readRotated(path: string): Promise<LogItem[]> {
  try {
    const raw = await readFile(path);
    const text = path.endsWith('.gz') ? await unpack(raw, { maxOutputLength: MAX_UNPACKED_BYTES }) : raw;
    return itemsOf(text.toString('utf8').split('\n'));
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
}

const unpack = promisify<Buffer, { maxOutputLength: number }, Buffer>(gunzip);

export function itemsOf(lines: readonly string[], reader = new LogReader()): LogItem[] {
  return [...lines.flatMap((line) => reader.push(line)), ...reader.flush()];
}
