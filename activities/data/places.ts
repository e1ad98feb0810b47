/** Where data go, and where they may not. Pure. */
import { relative, resolve, sep } from 'node:path';

/** Whether a path is `outer` or lies below it. Both are absolute. */
export function isWithin(path: string, outer: string): boolean {
  const way = relative(outer, path);
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`));
}

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
  return undefined;
}
