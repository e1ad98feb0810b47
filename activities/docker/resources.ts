import type Docker from 'dockerode';
import type { ExistingResource } from './types.js';

export function volumeOf(volume: Docker.VolumeInspectInfo): ExistingResource {
  return {
    kind: 'volume',
    name: volume.Name,
    driver: volume.Driver,
    options: volume.Options ?? {},
    labels: volume.Labels ?? {},
    mountPoint: volume.Mountpoint,
  };
}

export function networkOf(network: Docker.NetworkInspectInfo): ExistingResource {
  return {
    kind: 'network',
    name: network.Name,
    driver: network.Driver,
    options: network.Options ?? {},
    labels: network.Labels ?? {},
    internal: network.Internal,
    attachable: network.Attachable,
    ipv6: network.EnableIPv6 ?? false,
    subnets: (network.IPAM?.Config ?? []).flatMap((config) => config['Subnet'] ?? []),
  };
}
