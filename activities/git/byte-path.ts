/**
 * Names of files are bytes. What git says of them is read as UTF-8, so a name that is none comes with U+FFFD in the place of
 * bytes; it is found again among the names of its directory.
 */
import { readdir } from 'node:fs/promises';
import { unlessMissing } from '../shared/files.js';

const SLASH = Buffer.from('/');
const LOST = '\ufffd';

/** Path of the entry of a directory that git calls so; undefined when several are read alike, or none. */
export async function entryOf(dir: Buffer, name: string): Promise<Buffer | undefined> {
  if (!name.includes(LOST)) return Buffer.concat([dir, SLASH, Buffer.from(name)]);
  const [found, ...others] = (await namesIn(dir)).filter((bytes) => bytes.toString() === name);
  return found === undefined || others.length > 0 ? undefined : Buffer.concat([dir, SLASH, found]);
}

const namesIn = async (dir: Buffer): Promise<Buffer[]> =>
  (await unlessMissing(readdir(dir, { encoding: 'buffer' }))) ?? [];
