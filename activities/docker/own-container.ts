/** Which container this process runs in, if any: by what the engine mounts into each, and the engine's own word. */
import { readFile } from 'node:fs/promises';
import type Docker from 'dockerode';
import { LABELS } from './containers.js';
import type { OwnContainer } from './types.js';

/** `/etc/hostname` and its like lie in the engine's folder of the container, whatever its data root is. */
const OWN_FILE = /\/containers\/([0-9a-f]{64})\/(?:hostname|hosts|resolv\.conf) \/etc\//;

/** Pure. `mountinfo`: text of /proc/self/mountinfo (proc(5)). */
export const containerIdIn = (mountinfo: string): string | undefined => OWN_FILE.exec(mountinfo)?.[1];

/** Undefined outside containers, and where there is no such file. */
export async function ownContainerId(): Promise<string | undefined> {
  const mountinfo = await readFile('/proc/self/mountinfo', 'utf8').catch(() => '');
  return containerIdIn(mountinfo);
}

/** What we use of `docker inspect` of ourselves. */
export function ownContainerOf(inspected: Docker.ContainerInspectInfo): OwnContainer {
  const { Labels: labels, Env: environment } = inspected.Config;
  const [project, service] = [labels[LABELS.project], labels[LABELS.service]];
  return {
    id: inspected.Id,
    name: inspected.Name.replace(/^\//, ''),
    imageId: inspected.Image,
    networkMode: inspected.HostConfig.NetworkMode ?? 'default',
    ...(project === undefined || service === undefined ? {} : { project, service }),
    environment: Object.fromEntries(
      (environment ?? []).map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    ),
    mounts: inspected.Mounts.map(({ Source: source, Destination: target }) => ({ source, target })),
  };
}
