/** Where the parts of a backup lie on this host. */
import { access, constants, realpath } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { isMissing } from '../shared/files.js';
import type { BackupEngine, Call, PathPart, PlannedPart, VolumePart } from './types.js';

export interface HostPlaces {
  readonly stackDirectory: string;
  /** Directory of a named volume's content on this host, or undefined when there is no such volume. */
  readonly mountPointOf: (volume: string) => Promise<string | undefined>;
  readonly engine: BackupEngine;
}

export interface PlacedPart extends PlannedPart {
  readonly part: PathPart | VolumePart;
  /** Real path: of a link restic would keep the link alone. */
  readonly place: string;
}

export const isCopied = (planned: PlannedPart): planned is PlannedPart & { part: PathPart | VolumePart } =>
  planned.part.kind !== 'dump';

/** Path that a part names, whether or not it is there; undefined for a volume or container that is not. */
export async function placeOf(
  part: PathPart | VolumePart,
  places: HostPlaces,
  call: Call,
): Promise<string | undefined> {
  if (part.kind === 'volume') {
    const mountPoint = await places.mountPointOf(part.volume);
    return mountPoint && join(mountPoint, part.below ?? '');
  }
  if (part.container === undefined) return resolve(places.stackDirectory, part.path);
  const [container] = await places.engine.find(part.container, call);
  return container && places.engine.hostPathOf(container.id, part.path, call);
}

/** What is not there, for a message. */
export function nameOfPart(part: PathPart | VolumePart): string {
  if (part.kind === 'volume') return `volume ${part.volume}`;
  return part.container === undefined ? part.path : `mount of ${part.container} that holds ${part.path}`;
}

/**
 * restic skips what is not there and calls it a success: it is looked for here. Throws NotFound naming all that is missing,
 * unless `missing` says to leave it out.
 */
export async function locate(
  parts: readonly PlannedPart[],
  places: HostPlaces,
  { missing, signal }: Call & { missing: 'fail' | 'leave out' },
): Promise<PlacedPart[]> {
  const found = await Promise.all(parts.filter(isCopied).map((planned) => locateOne(planned, places, { signal })));
  const reasons = found.flatMap((each) => (typeof each === 'string' ? [each] : []));
  if (reasons.length > 0 && missing === 'fail') {
    throw new StepFailure(FAILURES.notFound, `Nothing was backed up: ${reasons.join('; ')}. Correct the declaration.`);
  }
  return found.flatMap((each) => (typeof each === 'string' || each === undefined ? [] : [each]));
}

async function locateOne(
  planned: PlannedPart & { part: PathPart | VolumePart },
  places: HostPlaces,
  call: Call,
): Promise<PlacedPart | string> {
  const { part, key } = planned;
  const path = await placeOf(part, places, call);
  if (path === undefined) return `${key}: there is no ${nameOfPart(part)}`;
  try {
    const place = await realpath(path);
    await access(place, constants.R_OK);
    return { ...planned, part, place };
  } catch (error) {
    return isMissing(error) ? `${key}: there is no ${path}` : `${key}: ${path} cannot be read (${messageOf(error)})`;
  }
}

/** A repository inside what it holds grows with every run. */
export function refuseRepositoryInside(parts: readonly PlacedPart[], repository: string): void {
  const holding = parts.find(({ place }) => repository === place || repository.startsWith(place + sep));
  if (holding === undefined) return;
  throw new StepFailure(
    FAILURES.configuration,
    `Nothing was backed up: the repository ${repository} lies inside ${holding.key} (${holding.place}). Put it elsewhere.`,
  );
}
