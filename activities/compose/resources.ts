/** Volumes and networks that exist and whose definition changed: a person decides, because Compose would make them anew. */
import type { ExistingResource } from '../docker/types.js';
import type { ComposeModel, Resource } from './model.js';

const COMPOSE_LABELS = 'com.docker.compose.';
/** Compose compares only what carries its hash: older volumes and those of others it takes as they are. */
const HASH_LABEL = 'com.docker.compose.config-hash';

const DEFAULT_DRIVER = { volume: 'local', network: 'bridge' } as const;

/** Names on this host of the volumes and networks that Compose keeps for the stack. */
export function resourceNames(model: ComposeModel): { volumes: string[]; networks: string[] } {
  const names = (resources: Readonly<Record<string, Resource>>) =>
    Object.values(resources)
      .filter((resource) => !isExternal(resource))
      .map(({ name }) => name);
  return { volumes: names(model.volumes), networks: names(model.networks) };
}

/** A sentence for each that exists with another definition. */
export function resourceProblems(model: ComposeModel, existing: readonly ExistingResource[]): string[] {
  const wanted = [
    ...Object.values(model.volumes).map((resource) => ['volume', resource] as const),
    ...Object.values(model.networks).map((resource) => ['network', resource] as const),
  ];
  return wanted.flatMap(([kind, resource]) => {
    const found = existing.find((candidate) => candidate.kind === kind && candidate.name === resource.name);
    if (!found || isExternal(resource) || !(HASH_LABEL in found.labels)) return [];
    const differences = differencesOf(kind, resource, found);
    return differences.length === 0 ? [] : [problem(kind, resource.name, differences)];
  });
}

function differencesOf(kind: 'volume' | 'network', wanted: Resource, found: ExistingResource): string[] {
  const own = Object.fromEntries(Object.entries(found.labels).filter(([label]) => !label.startsWith(COMPOSE_LABELS)));
  return [
    wanted.driver !== undefined && wanted.driver !== '' && wanted.driver !== found.driver ? 'driver' : undefined,
    // Without a driver in the file the engine's default was taken.
    !wanted.driver && found.driver !== DEFAULT_DRIVER[kind] ? 'driver' : undefined,
    sameMap(wanted.driver_opts, found.options) ? undefined : 'driver options',
    sameMap(wanted.labels, own) ? undefined : 'labels',
    ...(kind === 'network' ? networkDifferences(wanted, found) : []),
  ].flatMap((difference) => difference ?? []);
}

function networkDifferences(wanted: Resource, found: ExistingResource): (string | undefined)[] {
  const subnets = (wanted.ipam?.config ?? []).flatMap((config) => config.subnet ?? []);
  return [
    (wanted.internal ?? false) === (found.internal ?? false) ? undefined : 'internal',
    (wanted.attachable ?? false) === (found.attachable ?? false) ? undefined : 'attachable',
    wanted.enable_ipv6 === undefined || wanted.enable_ipv6 === (found.ipv6 ?? false) ? undefined : 'IPv6',
    // Without a subnet in the file the engine chose one.
    subnets.length === 0 || sameSet(subnets, found.subnets ?? []) ? undefined : 'subnets',
  ];
}

function problem(kind: 'volume' | 'network', name: string, differences: readonly string[]): string {
  const what = differences.join(', ');
  return kind === 'volume'
    ? `Volume ${name} exists with another definition (${what}): Compose would make it anew and its data would be lost. Save the data and remove it by hand (docker volume rm ${name}), or take the change back.`
    : `Network ${name} exists with another definition (${what}): Compose would stop every service on it to make it anew. Remove it by hand (docker compose down, then deploy with --force), or take the change back.`;
}

const isExternal = ({ external }: Resource): boolean => external !== undefined && external !== false;

function sameMap(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  const keys = new Set([...Object.keys(a), ...Object.keys(b)]);
  return [...keys].every((key) => a[key] === b[key]);
}

const sameSet = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((value) => b.includes(value));
