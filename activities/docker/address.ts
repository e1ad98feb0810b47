import { FAILURES, StepFailure } from '../shared/failures.js';

export type EngineAddress = { socketPath: string } | { host: string; port: number };

export const DEFAULT_SOCKET = '/var/run/docker.sock';

/**
 * Where the engine listens, from a value of the form of DOCKER_HOST. Only a local socket and plain TCP: bind mounts
 * name paths of the engine's host, so the engine has to be ours.
 */
export function engineAddress(dockerHost: string | undefined): EngineAddress {
  if (dockerHost === undefined || dockerHost === '') return { socketPath: DEFAULT_SOCKET };
  if (dockerHost.startsWith('unix://')) {
    return { socketPath: dockerHost.slice('unix://'.length) || DEFAULT_SOCKET };
  }
  const tcp = /^(?:tcp:\/\/)?(\[[0-9a-f:]+\]|[\w.-]+):(\d{1,5})\/?$/i.exec(dockerHost);
  if (tcp?.[1] && tcp[2]) return { host: tcp[1].replace(/^\[|\]$/g, ''), port: Number(tcp[2]) };
  throw new StepFailure(
    FAILURES.configuration,
    `DOCKER_HOST ${JSON.stringify(dockerHost)} cannot be used: give unix:///path/of/the.sock or tcp://host:port.`,
  );
}

export const describeAddress = (address: EngineAddress): string =>
  'socketPath' in address ? address.socketPath : `${address.host}:${address.port}`;
