import type Docker from 'dockerode';
import type { EngineClient } from './client.js';
import { unlessMissing } from './missing.js';
import type { Call } from './types.js';

const LOOK_MS = 5_000;
/** Of the network that every engine makes, unless it is told to make none. */
const DEFAULT_BRIDGE = 'bridge';

/** What containers reach as `host.docker.internal` when they ask for `host-gateway`. */
export async function bridgeGateway(client: EngineClient, { signal }: Call): Promise<string | undefined> {
  const network = await unlessMissing(() =>
    client.call<Docker.NetworkInspectInfo>('inspect the default bridge', LOOK_MS, signal, (docker) =>
      docker.getNetwork(DEFAULT_BRIDGE).inspect(),
    ),
  );
  const gateways = (network?.IPAM?.Config ?? []).flatMap((config) => config['Gateway'] ?? []);
  return gateways.find((address) => !address.includes(':')) ?? gateways[0];
}
