/**
 * A container made again as it was, by what the engine itself says of it. Compose cannot: its files are of another release by
 * then.
 */
import type Docker from 'dockerode';
import { z } from 'zod';
import type { EngineClient } from './client.js';
import { start } from './helpers.js';
import type { Call } from './types.js';

const LOOK_MS = 15_000;
const MAKE_MS = 60_000;

const Json = z.record(z.string(), z.unknown());

/** Parts of `docker inspect`, in the words of the engine's interface (ContainerConfig, HostConfig, EndpointSettings). */
export const ContainerCopy = z.object({
  name: z.string(),
  imageId: z.string(),
  config: Json,
  hostConfig: Json,
  networks: z.record(z.string(), Json),
  /** Volumes without a name in the container's definition, as `VOLUME:PATH`. */
  unnamed: z.array(z.string()),
});
/** Holds secrets: the environment of the container. */
export type ContainerCopy = z.infer<typeof ContainerCopy>;

export async function copyOf(client: EngineClient, id: string, { signal }: Call): Promise<ContainerCopy> {
  const inspected = await client.call(`inspect ${id.slice(0, 12)}`, LOOK_MS, signal, (docker, abortSignal) =>
    docker.getContainer(id).inspect({ abortSignal }),
  );
  return copied(inspected);
}

/** Pure. What the engine chose by itself is left for it to choose again. */
export function copied(inspected: Docker.ContainerInspectInfo): ContainerCopy {
  const { Config: config, HostConfig: host, NetworkSettings: network, Mounts: mounts } = inspected;
  const named = [
    ...(host.Binds ?? []).map((bind) => bind.split(':')[1]),
    ...(host.Mounts ?? []).map(({ Target }) => Target),
  ];
  const sharesNetwork = /^(host|none|container:)/.test(host.NetworkMode ?? '');
  const ownName = config.Hostname === inspected.Id.slice(0, 12);
  return {
    name: inspected.Name.replace(/^\//, ''),
    imageId: inspected.Image,
    config: Object.fromEntries(
      Object.entries(config).filter(([key]) => !(key === 'Hostname' && (ownName || sharesNetwork))),
    ),
    hostConfig: { ...host },
    networks: sharesNetwork
      ? {}
      : Object.fromEntries(
          Object.entries(network.Networks).map(([name, settings]) => [name, chosen(settings, inspected.Id)]),
        ),
    unnamed: mounts
      .filter(({ Type, Name, Destination }) => Type === 'volume' && Name && !named.includes(Destination))
      .map(({ Name, Destination }) => `${Name}:${Destination}`),
  };
}

/** Not what the engine found for it: an address, a gateway, the short id as an alias. */
function chosen(settings: object, id: string): Record<string, unknown> {
  const { IPAMConfig, Links, Aliases } = settings as Record<'IPAMConfig' | 'Links' | 'Aliases', unknown>;
  const aliases = Array.isArray(Aliases) ? Aliases.filter((alias) => alias !== id.slice(0, 12)) : [];
  return { IPAMConfig, Links, Aliases: aliases };
}

/** Makes and starts it; returns its id. A container of that name must not be there. */
export async function makeAgain(client: EngineClient, copy: ContainerCopy, call: Call): Promise<string> {
  const { name, imageId, config, hostConfig, unnamed } = copy;
  const [first, ...others] = Object.entries(copy.networks);
  const binds = [...((hostConfig['Binds'] as string[] | null) ?? []), ...unnamed];
  const made = await client.call(`create ${name}`, MAKE_MS, call.signal, (docker) =>
    docker.createContainer({
      ...config,
      name,
      // Its tag may name another image by now.
      Image: imageId,
      HostConfig: { ...hostConfig, Binds: binds },
      ...(first === undefined ? {} : { NetworkingConfig: { EndpointsConfig: { [first[0]]: first[1] } } }),
    }),
  );
  // Engines before 25 take one network at the making.
  for (const [network, settings] of others) {
    await client.call(`connect ${name} to ${network}`, MAKE_MS, call.signal, (docker) =>
      docker.getNetwork(network).connect({ Container: made.id, EndpointConfig: settings }),
    );
  }
  await start(client, made.id, call);
  return made.id;
}
