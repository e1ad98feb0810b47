import type Docker from 'dockerode';
import { CONTAINER_STATES, type ContainerState, type EngineContainer, type PublishedPort } from './types.js';

export const LABELS = {
  project: 'com.docker.compose.project',
  service: 'com.docker.compose.service',
  oneOff: 'com.docker.compose.oneoff',
  number: 'com.docker.compose.container-number',
} as const;

/** What we use of `docker inspect`. */
export function containerOf(inspected: Docker.ContainerInspectInfo): EngineContainer {
  const labels = inspected.Config.Labels;
  const { State: state, HostConfig: host } = inspected;
  const health = healthOf(state.Health?.Status);
  const networks = networksOf(inspected.NetworkSettings);
  const healthOutput = health === 'unhealthy' ? lastFailure(state.Health?.Log) : undefined;
  return {
    id: inspected.Id,
    name: inspected.Name.replace(/^\//, ''),
    service: labels[LABELS.service] ?? '',
    number: Number(labels[LABELS.number] ?? 1),
    oneOff: labels[LABELS.oneOff] === 'True',
    state: stateOf(state.Status),
    ...(health === undefined ? {} : { health }),
    ...(healthOutput === undefined ? {} : { healthOutput }),
    exitCode: state.ExitCode,
    restartCount: inspected.RestartCount,
    restarts: !['', 'no', undefined].includes(host.RestartPolicy?.Name),
    imageId: inspected.Image,
    createdAt: inspected.Created,
    startedAt: state.StartedAt,
    ports: publishedPorts(host.PortBindings),
    ...(networks.length === 0 ? {} : { networks }),
  };
}

export function byServiceAndNumber(a: EngineContainer, b: EngineContainer): number {
  return a.service.localeCompare(b.service) || a.number - b.number || a.createdAt.localeCompare(b.createdAt);
}

const stateOf = (status: string): ContainerState => CONTAINER_STATES.find((known) => known === status) ?? 'dead';

function healthOf(status: string | undefined): EngineContainer['health'] {
  return status === 'starting' || status === 'healthy' || status === 'unhealthy' ? status : undefined;
}

function lastFailure(log: readonly { ExitCode: number; Output: string }[] | undefined): string | undefined {
  const output = log
    ?.findLast((entry) => entry.ExitCode !== 0)
    ?.Output.trim()
    .replace(/\s+/g, ' ');
  return output ? output.slice(0, 200) : undefined;
}

function networksOf(
  settings: Docker.ContainerInspectInfo['NetworkSettings'] | undefined,
): NonNullable<EngineContainer['networks']> {
  return Object.values(settings?.Networks ?? {}).map(({ IPAddress: address, Aliases }) => ({
    address,
    aliases: (Aliases as string[] | null | undefined) ?? [],
  }));
}

function publishedPorts(bindings: unknown): PublishedPort[] {
  if (typeof bindings !== 'object' || bindings === null) return [];
  return Object.entries(bindings as Record<string, { HostIp?: string; HostPort?: string }[] | null>)
    .filter(([key]) => key.endsWith('/tcp'))
    .flatMap(([, hosts]) => hosts ?? [])
    .map((binding) => ({ address: binding.HostIp ?? '', port: Number(binding.HostPort ?? 0) }))
    .filter(({ port }) => port > 0);
}
