/** Whom a touched service takes along. Pure. */
import type { ServiceAction, ServiceDecision } from '../../workflows/model.js';
import { type Services, namespacesOf, volumeSourcesOf } from './order.js';

const STRENGTH: Readonly<Record<ServiceAction, number>> = { nothing: 0, signal: 1, restart: 2, recreate: 3 };

/** The decision that does more; the first of two equals. */
export const strongest = (a: ServiceDecision, b: ServiceDecision): ServiceDecision =>
  STRENGTH[b.action] > STRENGTH[a.action] ? b : a;

/**
 * Adds what follows from the decisions: who lives in a namespace of a recreated service or mounts its volumes is recreated
 * (it would hold on to a container that is gone), who lives in a namespace of a restarted one is restarted (the namespace
 * is made anew), who depends on a touched one with `restart: true` is restarted.
 */
export function propagate(decisions: readonly ServiceDecision[], services: Services): ServiceDecision[] {
  const current = new Map(decisions.map((decision) => [decision.service, decision]));
  let grew = true;
  while (grew) {
    grew = false;
    for (const decision of current.values()) {
      for (const consequence of consequencesFor(decision.service, services, current)) {
        const now = current.get(decision.service) ?? decision;
        if (strongest(now, consequence) !== consequence) continue;
        current.set(decision.service, consequence);
        grew = true;
      }
    }
  }
  return decisions.map((decision) => current.get(decision.service) ?? decision);
}

function consequencesFor(
  name: string,
  services: Services,
  decisions: ReadonlyMap<string, ServiceDecision>,
): ServiceDecision[] {
  const service = services[name];
  if (!service) return [];
  const actionOf = (other: string): ServiceAction => decisions.get(other)?.action ?? 'nothing';
  const decide = (action: ServiceAction, reason: string): ServiceDecision => ({ service: name, action, reason });
  return [
    ...namespacesOf(service, services).flatMap((other) => {
      if (actionOf(other) === 'recreate')
        return [decide('recreate', `shares a namespace of ${other}, which is recreated`)];
      if (actionOf(other) === 'restart')
        return [decide('restart', `shares a namespace of ${other}, which is restarted`)];
      return [];
    }),
    ...volumeSourcesOf(service, services).flatMap((other) =>
      actionOf(other) === 'recreate' ? [decide('recreate', `mounts the volumes of ${other}, which is recreated`)] : [],
    ),
    ...Object.entries(service.depends_on).flatMap(([other, dependency]) =>
      dependency.restart && STRENGTH[actionOf(other)] >= STRENGTH.restart
        ? [decide('restart', `depends on ${other} with restart: true`)]
        : [],
    ),
  ];
}
