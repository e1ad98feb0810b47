/** Where data go, and where they may not. Pure. */
import { resolve } from 'node:path';
import { isWithin } from '../shared/within.js';

/** What a machine runs on: a place below one of them may be meant, none of them itself can be. */
const OF_THE_SYSTEM = new Set(
  `/bin /boot /dev /etc /home /lib /lib32 /lib64 /proc /root /run /sbin /sys /tmp
  /usr /usr/bin /usr/lib /usr/local /usr/sbin /var /var/lib /var/log /var/run /var/tmp`.split(/\s+/),
);

export interface Surroundings {
  /** Directory of the clone of the entry; undefined while it is unknown. */
  readonly clone: string | undefined;
  /** State of the worker. */
  readonly stateDir: string;
}

/**
 * Why nothing may be copied there, or undefined: what lies in a destination and is not in the source is deleted. The paths are
 * absolute; those of the text when it is checked, the real ones before a copy.
 */
export function destinationProblem(destination: string, { clone, stateDir }: Surroundings): string | undefined {
  const place = resolve(destination);
  if (place === '/') return 'would delete everything on this machine that is not in the source';
  if (clone !== undefined && isWithin(clone, place)) return `holds the clone ${clone}, which would be deleted`;
  if (isWithin(stateDir, place)) return `holds the state of birdkeeper (${stateDir}), which would be deleted`;
  if (isWithin(place, stateDir)) return `lies in the state of birdkeeper (${stateDir})`;
  if (OF_THE_SYSTEM.has(place))
    return 'belongs to the system, and what is not in the source would be deleted; name a directory in it';
  return undefined;
}
