/** Who depends on whom, and in which order services are touched. */
import type { ServiceDecision } from '../../workflows/model.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { ServiceDefinition } from './model.js';

export type Services = Readonly<Record<string, ServiceDefinition>>;

/** Services whose network, pid or ipc namespace a service lives in. */
export function namespacesOf(service: ServiceDefinition, services: Services): string[] {
  const modes = [service.network_mode, service.pid, service.ipc];
  return unique(modes.flatMap((mode) => (mode === undefined ? [] : serviceOfReference(mode, services))));
}

/** Services whose volumes a service mounts (`volumes_from`). */
export function volumeSourcesOf(service: ServiceDefinition, services: Services): string[] {
  return unique(
    service.volumes_from.flatMap((entry) => {
      const reference = entry.replace(/:(ro|rw)$/, '');
      return serviceOfReference(reference.includes(':') ? reference : `service:${reference}`, services);
    }),
  );
}

/** Everything that has to be there before a service. */
export function dependenciesOf(service: ServiceDefinition, services: Services): string[] {
  return unique([
    ...Object.keys(service.depends_on).filter((name) => name in services),
    ...namespacesOf(service, services),
    ...volumeSourcesOf(service, services),
  ]);
}

/** `service:X`, and `container:N` where N is the fixed name of one of ours. */
function serviceOfReference(reference: string, services: Services): string[] {
  const match = /^(service|container):(.+)$/.exec(reference);
  const [, kind, name = ''] = match ?? [];
  if (kind === 'service') return name in services ? [name] : [];
  if (kind === 'container') {
    return Object.entries(services).flatMap(([key, service]) => (service.container_name === name ? [key] : []));
  }
  return [];
}

/**
 * Levels of services: each one's dependencies lie in levels before its own; names in order within a level. Throws
 * Configuration with the ring when there is one.
 */
export function levelsOf(services: Services): string[][] {
  const left = new Map(
    Object.entries(services).map(([name, service]) => [name, new Set(dependenciesOf(service, services))]),
  );
  const levels: string[][] = [];
  while (left.size > 0) {
    const level = [...left].filter(([, needs]) => needs.size === 0).map(([name]) => name);
    if (level.length === 0) throw cycle(left);
    level.forEach((name) => left.delete(name));
    left.forEach((needs) => level.forEach((name) => needs.delete(name)));
    levels.push(level.sort());
  }
  return levels;
}

/** Services that depend on any of these, directly or through others. */
export function dependentsOf(names: Iterable<string>, services: Services): string[] {
  const seeds = new Set(names);
  const found = new Set(seeds);
  let grew = true;
  while (grew) {
    grew = false;
    for (const [name, service] of Object.entries(services)) {
      if (!found.has(name) && dependenciesOf(service, services).some((needed) => found.has(needed))) {
        found.add(name);
        grew = true;
      }
    }
  }
  return [...found].filter((name) => !seeds.has(name)).sort();
}

/** What has to settle after these decisions: every service that is touched, and those that depend on one. */
export function watchedServices(decisions: readonly ServiceDecision[], services: Services): string[] {
  const touched = decisions
    .filter((decision) => decision.action !== 'nothing' && decision.service in services)
    .map((decision) => decision.service);
  return [...touched, ...dependentsOf(touched, services)].sort();
}

function cycle(left: ReadonlyMap<string, ReadonlySet<string>>): StepFailure {
  const ring: string[] = [];
  let at = [...left.keys()][0] ?? '';
  while (!ring.includes(at)) {
    ring.push(at);
    at = [...(left.get(at) ?? [])][0] ?? '';
  }
  const shown = [...ring.slice(ring.indexOf(at)), at].join(' → ');
  return new StepFailure(
    FAILURES.configuration,
    `Services depend on each other in a ring: ${shown}. Take one of these dependencies out of the compose files.`,
  );
}

const unique = (names: readonly string[]): string[] => [...new Set(names)];
