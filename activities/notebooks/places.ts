/** The directories beside the deployed notebooks, on one file system with them so that a swap is a rename. */
import { lstat, realpath, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { isMissing } from '../shared/files.js';
import { PLACES, type Found, type Move, type Place } from './moves.js';

export type Places = Readonly<Record<Place, string>>;

/**
 * Throws Configuration when the target is a link (a swap would replace the link) or the directory that holds it does not
 * exist (making it would hide that a data disk is not mounted).
 */
export async function placesOf(target: string): Promise<Places> {
  const parent = await realParent(target);
  const name = basename(target);
  const stat = await lstat(join(parent, name)).catch(orUndefined);
  if (stat && !stat.isDirectory()) {
    throw new StepFailure(
      FAILURES.configuration,
      `The notebooks' directory ${target} is ${stat.isSymbolicLink() ? 'a symbolic link' : 'a file'}. Name a real directory.`,
    );
  }
  return {
    target: join(parent, name),
    former: join(parent, `${name}.former`),
    next: join(parent, `.${name}.next`),
    staging: join(parent, `.${name}.staging`),
    discarded: join(parent, `.${name}.discarded`),
  };
}

async function realParent(target: string): Promise<string> {
  try {
    return await realpath(dirname(target));
  } catch (error) {
    throw new StepFailure(
      FAILURES.configuration,
      `The notebooks' directory ${target} cannot be made: ${messageOf(error)}. Make ${dirname(target)}, or mount the disk that holds it.`,
    );
  }
}

export async function whatIsThere(places: Places): Promise<Found> {
  const found = await Promise.all(PLACES.map(async (place) => [place, await isThere(places[place])] as const));
  const { target, former, next, staging, discarded } = Object.fromEntries(found);
  return {
    target: target === true,
    former: former === true,
    next: next === true,
    staging: staging === true,
    discarded: discarded === true,
  };
}

const isThere = async (path: string): Promise<boolean> => (await lstat(path).catch(orUndefined)) !== undefined;

function orUndefined(error: unknown): undefined {
  if (isMissing(error)) return undefined;
  throw error;
}

/** Throws Configuration when the target is a mount point, which cannot be renamed. */
export async function perform(moves: readonly Move[], places: Places): Promise<void> {
  for (const move of moves) {
    if ('remove' in move) await rm(places[move.remove], { recursive: true, force: true });
    else await rename(places[move.rename], places[move.to]).catch((error: unknown) => refuseMountPoint(error, places));
  }
}

function refuseMountPoint(error: unknown, { target }: Places): never {
  if (error instanceof Error && 'code' in error && (error.code === 'EBUSY' || error.code === 'EXDEV')) {
    throw new StepFailure(
      FAILURES.configuration,
      `The notebooks' directory ${target} is a mount point and cannot be swapped. Name a directory below it.`,
      undefined,
      { cause: error },
    );
  }
  throw error;
}
