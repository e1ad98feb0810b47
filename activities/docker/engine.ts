import type Docker from 'dockerode';
import { engineAddress } from './address.js';
import { bridgeGateway } from './bridge.js';
import { EngineClient } from './client.js';
import { LABELS, byServiceAndNumber, containerOf } from './containers.js';
import { copyOf, makeAgain } from './copies.js';
import { statusOf } from './errors.js';
import { projectEvents } from './events.js';
import { container, letEnd, start, startHelper } from './helpers.js';
import { imagesInUse, inspectImage, listImages, registryDigest, removeImage, tag } from './images.js';
import { logLines } from './logs.js';
import { unlessMissing } from './missing.js';
import { networkOf, volumeOf } from './resources.js';
import { ownContainerId, ownContainerOf } from './own-container.js';
import type {
  Call,
  Engine,
  EngineContainer,
  ExistingResource,
  NameHolder,
  OwnContainer,
  PublishedPort,
} from './types.js';

/** An engine that is alive answers these in milliseconds, under load in a second or two. */
const LOOK_MS = 15_000;
const PING_MS = 5_000;
/** Removing stops first, which takes as long as the container's own grace. */
const REMOVE_MS = 120_000;

/** `dockerHost`: value of the form of DOCKER_HOST; the default socket unless given. Connects at the first call. */
export function createEngine(options: { dockerHost?: string } = {}): Engine {
  const client = new EngineClient(engineAddress(options.dockerHost));
  return {
    ping: (call) => ping(client, call),
    ownContainer: (call) => ownContainer(client, call),
    container: (idOrName, call) => container(client, idOrName, call),
    startHelper: (helper, call) => startHelper(client, helper, call),
    letEnd: (idOrName, call) => letEnd(client, idOrName, call),
    start: (idOrName, call) => start(client, idOrName, call),
    copyOf: (id, call) => copyOf(client, id, call),
    makeAgain: (copy, call) => makeAgain(client, copy, call),
    containers: (project, call) => containers(client, project, call),
    imageId: async (reference, call) => (await inspectImage(client, reference, call))?.Id,
    repoDigests: async (reference, call) => (await inspectImage(client, reference, call))?.RepoDigests ?? [],
    tag: (reference, name, call) => tag(client, reference, name, call),
    untag: async (name, call) => void (await removeImage(client, name, call)),
    registryDigest: (reference, call) => registryDigest(client, reference, call),
    images: (call) => listImages(client, call),
    imagesInUse: (call) => imagesInUse(client, call),
    removeImage: (name, call) => removeImage(client, name, call),
    remove: (id, call) => remove(client, id, call),
    logs: (id, lines, call) => logs(client, id, lines, call),
    events: (project, eventOptions) => projectEvents(client, project, eventOptions),
    resources: (names, call) => resources(client, names, call),
    bridgeGateway: (call) => bridgeGateway(client, call),
    portsOfOthers: (project, call) => portsOfOthers(client, project, call),
    namesOfOthers: (project, names, call) => namesOfOthers(client, project, names, call),
    holderOf: (port, call) => holderOf(client, port, call),
  };
}

async function ping(client: EngineClient, { signal }: Call): Promise<{ version: string; dataRoot: string }> {
  const info = (await client.call('ping', PING_MS, signal, (docker) => docker.info())) as {
    ServerVersion: string;
    DockerRootDir: string;
  };
  return { version: info.ServerVersion, dataRoot: info.DockerRootDir };
}

async function ownContainer(client: EngineClient, { signal }: Call): Promise<OwnContainer | undefined> {
  const id = await ownContainerId();
  if (id === undefined) return undefined;
  const inspected = await unlessMissing(() =>
    client.call('inspect this container', LOOK_MS, signal, (docker, abortSignal) =>
      docker.getContainer(id).inspect({ abortSignal }),
    ),
  );
  return inspected && ownContainerOf(inspected);
}

async function containers(client: EngineClient, project: string, { signal }: Call): Promise<EngineContainer[]> {
  const listed = await client.call(`containers of ${project}`, LOOK_MS, signal, (docker, abortSignal) =>
    docker.listContainers({ all: true, filters: { label: [`${LABELS.project}=${project}`] }, abortSignal }),
  );
  const inspected = await Promise.all(
    // A container may go between the list and the look at it.
    listed.map(({ Id }) =>
      unlessMissing(() =>
        client.call(`inspect ${Id.slice(0, 12)}`, LOOK_MS, signal, (docker, abortSignal) =>
          docker.getContainer(Id).inspect({ abortSignal }),
        ),
      ),
    ),
  );
  return inspected.flatMap((found) => (found ? [containerOf(found)] : [])).sort(byServiceAndNumber);
}

async function remove(client: EngineClient, id: string, { signal }: Call): Promise<void> {
  await unlessMissing(async () => {
    await client.call(`stop ${id.slice(0, 12)}`, REMOVE_MS, signal, (docker) =>
      docker
        .getContainer(id)
        .stop()
        .catch((error: unknown) => {
          // 304: it was not running.
          if (statusOf(error) !== 304) throw error;
        }),
    );
    await client.call(`remove ${id.slice(0, 12)}`, REMOVE_MS, signal, (docker) =>
      docker.getContainer(id).remove({ force: true, v: false }),
    );
  });
}

async function logs(client: EngineClient, id: string, lines: number, { signal }: Call): Promise<string[]> {
  const raw = await unlessMissing(() =>
    client.call(`logs of ${id.slice(0, 12)}`, LOOK_MS, signal, (docker, abortSignal) =>
      docker.getContainer(id).logs({ follow: false, stdout: true, stderr: true, tail: lines, abortSignal }),
    ),
  );
  return raw === undefined ? [] : logLines(raw).slice(-lines);
}

async function resources(
  client: EngineClient,
  names: { volumes: string[]; networks: string[] },
  { signal }: Call,
): Promise<ExistingResource[]> {
  const volumes = names.volumes
    .filter(canExist)
    .map((name) =>
      unlessMissing(async () =>
        volumeOf(
          await client.call(`inspect volume ${name}`, LOOK_MS, signal, (docker) =>
            docker.getVolume(inPath(name)).inspect(),
          ),
        ),
      ),
    );
  const networks = names.networks
    .filter(canExist)
    .map((name) =>
      unlessMissing(async () =>
        networkOf(
          await client.call<Docker.NetworkInspectInfo>(`inspect network ${name}`, LOOK_MS, signal, (docker) =>
            docker.getNetwork(inPath(name)).inspect(),
          ),
        ),
      ),
    );
  return (await Promise.all([...volumes, ...networks])).flatMap((found) => found ?? []);
}

/** Names in compose files may hold anything: `a//b` is answered with a redirection, which the client library dies of. */
const canExist = (name: string): boolean => !/[/%]/.test(name);
const inPath = (name: string): string => encodeURIComponent(name);

async function portsOfOthers(
  client: EngineClient,
  project: string,
  { signal }: Call,
): Promise<(PublishedPort & { holder: string })[]> {
  return (await running(client, signal))
    .filter((container) => container.Labels[LABELS.project] !== project)
    .flatMap((container) =>
      container.Ports.filter((port) => port.Type === 'tcp' && port.PublicPort).map((port) => ({
        address: port.IP ?? '',
        port: port.PublicPort,
        holder: nameOf(container),
      })),
    );
}

async function namesOfOthers(
  client: EngineClient,
  project: string,
  names: readonly string[],
  { signal }: Call,
): Promise<NameHolder[]> {
  if (names.length === 0) return [];
  const listed = await client.call('container names', LOOK_MS, signal, (docker, abortSignal) =>
    docker.listContainers({ all: true, abortSignal }),
  );
  return listed
    .map((container) => ({ name: nameOf(container), holder: container.Labels[LABELS.project] }))
    .filter(({ name, holder }) => names.includes(name) && holder !== project)
    .map(({ name, holder }) => ({ name, ...(holder === undefined ? {} : { project: holder }) }));
}

async function holderOf(client: EngineClient, port: number, { signal }: Call): Promise<string | undefined> {
  const holder = (await running(client, signal)).find(({ Ports }) =>
    Ports.some(({ PublicPort }) => PublicPort === port),
  );
  return holder && nameOf(holder);
}

const running = (client: EngineClient, signal: AbortSignal): Promise<Docker.ContainerInfo[]> =>
  client.call('published ports', LOOK_MS, signal, (docker, abortSignal) => docker.listContainers({ abortSignal }));

const nameOf = ({ Names, Id }: Docker.ContainerInfo): string => Names[0]?.replace(/^\//, '') ?? Id.slice(0, 12);
