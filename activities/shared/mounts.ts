/** Where a path in a container lies on the engine's host. Pure. */
import { posix } from 'node:path';
import { isWithin } from './within.js';

/** `source`: on the host; `target`: in the container. */
export interface HostMount {
  readonly source: string;
  readonly target: string;
}

/** By the deepest mount that holds the path; `source` is that mount's. Undefined: no mount does, or none with a place on the host. */
export function onHost(path: string, mounts: readonly HostMount[]): { path: string; source: string } | undefined {
  const asked = posix.normalize(path);
  const [mount] = mounts
    .filter(({ source, target }) => source !== '' && isWithin(asked, target))
    .sort((one, other) => other.target.length - one.target.length);
  return mount && { path: posix.join(mount.source, posix.relative(mount.target, asked)), source: mount.source };
}
