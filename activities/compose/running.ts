/** How the containers of a service stand against what they should be. Pure. */
import type { ServiceFingerprint } from '../../workflows/model.js';
import type { EngineContainer } from '../docker/types.js';
import { type ServiceDefinition, replicasOf } from './model.js';

export type RunningContainer = Pick<
  EngineContainer,
  'id' | 'name' | 'service' | 'number' | 'oneOff' | 'state' | 'exitCode' | 'imageId' | 'startedAt'
>;

/** Containers of a service, without those of `compose run`. */
export function containersOf<T extends { service: string; oneOff: boolean }>(
  containers: readonly T[],
  service: string,
): T[] {
  return containers.filter((container) => container.service === service && !container.oneOff);
}

/**
 * What is wrong with the containers of a recorded service, a clause; undefined when they run as recorded. A service that
 * exited 0 is done, unless its restart policy says that it should run for ever.
 */
export function departure(
  service: ServiceDefinition,
  recorded: Pick<ServiceFingerprint, 'imageId'>,
  containers: readonly RunningContainer[],
): string | undefined {
  if (containers.length < replicasOf(service)) {
    return containers.length === 0
      ? 'it does not run'
      : `${containers.length} of ${replicasOf(service)} containers run`;
  }
  for (const container of containers) {
    if (recorded.imageId !== '' && container.imageId !== recorded.imageId) return 'it runs another image';
    if (container.state === 'exited' && container.exitCode === 0 && !runsForEver(service)) continue;
    if (container.state === 'exited') return `it exited with status ${container.exitCode}`;
    if (container.state !== 'running') return `it is ${container.state}`;
  }
  return undefined;
}

/** All containers of the service are there, of the right image, and have only ended: starting them again is enough. */
export const hasOnlyEnded = (
  service: ServiceDefinition,
  { imageId }: Pick<ServiceFingerprint, 'imageId'>,
  containers: readonly RunningContainer[],
): boolean =>
  containers.length === replicasOf(service) &&
  containers.every(
    (container) => (container.state === 'exited' || container.state === 'running') && container.imageId === imageId,
  );

export const runsForEver = ({ restart }: Pick<ServiceDefinition, 'restart'>): boolean =>
  restart === 'always' || restart === 'unless-stopped';

export const shortId = (id: string): string => id.replace(/^sha256:/, '').slice(0, 12);
