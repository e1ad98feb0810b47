/** What runs against what was recorded. Pure. */
import type { Release } from '../../workflows/model.js';
import { type RunningContainer, containersOf, shortId } from './running.js';

/**
 * One sentence per recorded service whose containers are not those that were recorded, and per service that nobody
 * recorded. Health is not drift: a container that was recorded and is sick is still what was deployed.
 */
export function driftOf(
  release: Pick<Release, 'services' | 'containers'>,
  running: readonly RunningContainer[],
): string[] {
  const recorded = Object.keys(release.services).sort();
  const others = [...new Set(running.filter(({ oneOff }) => !oneOff).map(({ service }) => service))]
    .filter((service) => !recorded.includes(service))
    .sort();
  return [
    ...recorded.flatMap((service) => serviceDrift(service, release, running) ?? []),
    ...others.map((service) => `Service ${service} runs, but the recorded release has no such service.`),
  ];
}

function serviceDrift(
  service: string,
  release: Pick<Release, 'services' | 'containers'>,
  running: readonly RunningContainer[],
): string | undefined {
  const own = containersOf(running, service);
  const recordedIds = release.containers[service] ?? [];
  const imageId = release.services[service]?.imageId ?? '';
  const say = (what: string) => `Service ${service} ${what}.`;
  if (own.length < recordedIds.length) {
    return say(
      own.length === 0 ? 'has no container any more' : `has ${own.length} of ${recordedIds.length} containers`,
    );
  }
  const other = own.find((container) => imageId !== '' && container.imageId !== imageId);
  if (other) return say(`runs image ${shortId(other.imageId)} instead of the recorded ${shortId(imageId)}`);
  const foreign = own.filter(({ id }) => !recordedIds.includes(id));
  if (foreign.length > 0) return say('runs in a container that was made after the release was recorded');
  const stopped = own.find(({ state, exitCode }) => state !== 'running' && !(state === 'exited' && exitCode === 0));
  return stopped ? say(`does not run (${describeState(stopped)})`) : undefined;
}

const describeState = ({ state, exitCode }: RunningContainer): string =>
  state === 'exited' ? `exited with status ${exitCode}` : state;
