/**
 * The directory that users read and the one of ours beside it, on one file system so that what is ready takes its place
 * by a rename. Nobody but us looks into ours.
 */
import { chmod, lstat, mkdir, readFile, realpath } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { unlessMissing } from '../shared/files.js';
import { mountsIn } from './mounts.js';

export interface Places {
  /** What users read. */
  readonly target: string;
  /** Holds all of the following. */
  readonly work: string;
  /** A directory per source, laid out. */
  readonly sources: string;
  /** A tree that is being made. */
  readonly staging: string;
  /** Whole files about to take their places. */
  readonly incoming: string;
  /** Whole trees by digest. */
  readonly trees: string;
  readonly record: string;
}

/**
 * Makes the directory of ours. Throws Configuration when the target is a link (whom it leads to is not told), a mount point or
 * holds one (nothing can be renamed into it), or the directory that holds it does not exist (making it would hide that a
 * data disk is not mounted).
 */
export async function openPlaces(wanted: string): Promise<Places> {
  const parent = await realParent(wanted);
  const name = basename(wanted);
  const target = join(parent, name);
  await refuseOthers(target, wanted);
  const work = join(parent, `.${name}.birdkeeper`);
  await refuseOthers(work, work);
  const trees = join(work, 'trees');
  await mkdir(trees, { recursive: true });
  await chmod(work, 0o700);
  return {
    target,
    work,
    sources: join(work, 'sources'),
    staging: join(work, 'staging'),
    incoming: join(work, 'incoming'),
    trees,
    record: join(work, 'record.json'),
  };
}

async function realParent(target: string): Promise<string> {
  try {
    return await realpath(dirname(target));
  } catch (error) {
    throw refusal(
      target,
      `cannot be made: ${messageOf(error)}. Make ${dirname(target)}, or mount the disk that holds it.`,
    );
  }
}

async function refuseOthers(path: string, shown: string): Promise<void> {
  const stat = await unlessMissing(lstat(path));
  if (stat && !stat.isDirectory()) {
    throw refusal(shown, `is ${stat.isSymbolicLink() ? 'a symbolic link' : 'a file'}. Name a real directory.`);
  }
  const [mount] = mountsIn(path, (await unlessMissing(readFile('/proc/self/mountinfo', 'utf8'))) ?? '');
  if (mount === path) {
    throw refusal(
      shown,
      'is a mount point: nothing can be renamed into it. Mount the directory that holds it instead.',
    );
  }
  if (mount !== undefined) throw refusal(shown, `holds a mount, ${mount}. Unmount it, or name another directory.`);
}

const refusal = (target: string, why: string): StepFailure =>
  new StepFailure(FAILURES.configuration, `The notebooks' directory ${target} ${why}`);
