/** The files of an archive into an empty directory, once its listing was looked at. */
import { lstat, mkdir, open, readdir, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { CommandFailed, runCommand, type Command } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import {
  isInside,
  kindOfArchive,
  linkEnd,
  listCommand,
  parseListing,
  problemOfMembers,
  unpackCommand,
  type UnpackLimits,
} from './archive-listing.js';
import { showSize } from './size.js';

/** Unpacking is a matter of a minute; what takes longer is no archive of notebooks. */
const TIMEOUT_MS = 10 * 60_000;

/**
 * `about` begins the message. Throws Configuration for what is no archive, is damaged, or holds what does not belong into a
 * directory of notebooks; nothing of it is left then.
 */
export async function unpack(
  { file, to, about }: { file: string; to: string; about: string },
  { limits, environment }: { limits: UnpackLimits; environment: Readonly<Record<string, string>> },
  step: Step,
): Promise<void> {
  const refuse = (why: string) => new StepFailure(FAILURES.configuration, `${about} ${why}.`);
  await mkdir(to, { recursive: true });
  try {
    const kind = kindOfArchive(await beginningOf(file));
    if (kind === undefined) throw refuse('is no archive: neither tar nor zip');
    const call = (command: Command, okStatuses: number[]) =>
      runCommand(command, {
        env: { ...environment, LC_ALL: 'C.UTF-8', TZ: 'UTC' },
        signal: step.signal,
        timeoutMs: TIMEOUT_MS,
        okStatuses,
      });
    const { stdout } = await call(listCommand(kind, file), [0]);
    const problem = problemOfMembers(parseListing(kind, stdout), limits);
    if (problem !== undefined) throw refuse(problem);
    // 1 of unzip is a warning; what came of it is looked at below.
    await call(unpackCommand(kind, file, to, limits), kind === 'zip' ? [0, 1] : [0]);
    const found = await problemOfTree(to, limits);
    if (found !== undefined) throw refuse(found);
  } catch (error) {
    await rm(to, { recursive: true, force: true });
    step.signal.throwIfAborted();
    if (error instanceof RangeError) throw refuse(`cannot be unpacked: ${error.message}`);
    throw error instanceof CommandFailed ? explained(error, refuse) : error;
  }
}

function explained(error: CommandFailed, refuse: (why: string) => StepFailure): Error {
  if (error.reason === 'not started') return refuse(`cannot be unpacked: ${error.command.file} is not installed`);
  if (/No space left on device/.test(error.stderr)) {
    return new StepFailure(FAILURES.diskFull, 'There is no room beside the notebooks to unpack an archive.');
  }
  return refuse(`is damaged or cannot be unpacked (${error.message})`);
}

async function beginningOf(file: string): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(512), 0, 512, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** The listing of a zip tells neither where links lead nor, for certain, how large files are. */
async function problemOfTree(root: string, { bytes }: UnpackLimits): Promise<string | undefined> {
  let size = 0;
  for (const path of await readdir(root, { recursive: true })) {
    const found = await lstat(join(root, path));
    size += found.isFile() ? found.size : 0;
    if (size > bytes) return `fills more than ${showSize(bytes)} when it is unpacked`;
    if (found.isSymbolicLink() && !isInside(linkEnd(path, await readlink(join(root, path))))) {
      return `holds a link that leads out of it: ${JSON.stringify(path)}`;
    }
  }
  return undefined;
}

/** Archives are made of one directory as a rule: what is in it is meant then. */
export async function rootOfUnpacked(directory: string): Promise<string> {
  const [only, ...others] = await readdir(directory);
  if (only === undefined || others.length > 0) return directory;
  const inner = join(directory, only);
  return (await lstat(inner)).isDirectory() ? inner : directory;
}
