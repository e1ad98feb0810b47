/** Where the parts of a backup lie on this host. */
import { access, constants, realpath } from 'node:fs/promises';
import { join, resolve, sep } from 'node:path';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { isMissing } from '../shared/files.js';
import { leadsOut } from '../shared/within.js';
import { localRepository } from './restic.js';
import type { BackupEngine, Call, PathPart, PlannedPart, VolumePart } from './types.js';

export interface HostPlaces {
  readonly stackDirectory: string;
  /** Directory of a named volume's content on this host, or undefined when there is no such volume. */
  readonly mountPointOf: (volume: string) => Promise<string | undefined>;
  readonly engine: BackupEngine;
  /** Why this process does not see that path of the host, a clause; undefined where it does, and absent where all is seen. */
  readonly hidden?: (path: string) => string | undefined;
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
    if (mountPoint === undefined || part.below === undefined) return mountPoint;
    return insideVolume(join(mountPoint, part.below), mountPoint, part);
  }
  if (part.container === undefined) return resolve(places.stackDirectory, part.path);
  const [container] = await places.engine.find(part.container, call);
  return container && places.engine.hostPathOf(container.id, part.path, call);
}

/** What a container put there does not lead out of the volume, and neither does the value of a variable. */
async function insideVolume(path: string, mountPoint: string, { volume, below }: VolumePart): Promise<string> {
  if (!(await leadsOut(path, mountPoint))) return path;
  throw new StepFailure(
    FAILURES.configuration,
    `Nothing was done: ${below} of volume ${volume} leads out of it. Correct the declaration.`,
  );
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
  const absent = found.filter((each) => 'reason' in each);
  const unseen = absent.filter(({ isHidden }) => isHidden);
  // What is there and not seen would be left out of every backup.
  const reasons = (missing === 'fail' ? absent : unseen).map(({ reason }) => reason);
  if (reasons.length > 0) {
    const remedy = unseen.length < absent.length ? ' Correct the declaration.' : '';
    throw new StepFailure(FAILURES.notFound, `Nothing was backed up: ${reasons.join('; ')}.${remedy}`);
  }
  return found.flatMap((each) => ('reason' in each ? [] : [each]));
}

interface Absent {
  /** `KEY: why`. */
  readonly reason: string;
  /** It may be there on the host. */
  readonly isHidden: boolean;
}

async function locateOne(
  planned: PlannedPart & { part: PathPart | VolumePart },
  places: HostPlaces,
  call: Call,
): Promise<PlacedPart | Absent> {
  const { part, key } = planned;
  const absent = (why: string, isHidden = false): Absent => ({ reason: `${key}: ${why}`, isHidden });
  const path = await placeOf(part, places, call);
  if (path === undefined) return absent(`there is no ${nameOfPart(part)}`);
  const named = places.hidden?.(path);
  try {
    const place = await realpath(path);
    const why = named ?? places.hidden?.(place);
    if (why !== undefined) return absent(why, true);
    await access(place, constants.R_OK);
    return { ...planned, part, place };
  } catch (error) {
    if (!isMissing(error)) return absent(`${path} cannot be read (${messageOf(error)})`);
    if (named !== undefined) return absent(named, true);
    return absent(`there is no ${path}${places.hidden === undefined ? '' : LED_ELSEWHERE}`);
  }
}

/** On a mount nothing is hidden but what a symbolic link leads to. */
const LED_ELSEWHERE =
  " in birdkeeper's container (where a symbolic link leads to must be mounted, too: BIRDKEEPER_EXTRA_MOUNTS)";

/** A repository inside what it holds grows with every run. */
export function refuseRepositoryInside(parts: readonly PlacedPart[], repository: string): void {
  const directory = localRepository(repository);
  const holding = parts.find(({ place }) => directory === place || directory?.startsWith(place + sep));
  if (holding === undefined) return;
  throw new StepFailure(
    FAILURES.configuration,
    `Nothing was backed up: the repository ${repository} lies inside ${holding.key} (${holding.place}). Put it elsewhere.`,
  );
}
