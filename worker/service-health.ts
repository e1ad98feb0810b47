/** Health of a stack's services, out of its containers as the engine has them. Pure but for the one call. */
import type { Engine, EngineContainer } from '../activities/docker/types.js';
import type { HealthWord, ServiceHealth } from '../workflows/model.js';

/** Worst first: a service is as well as its worst container. */
const ORDER: readonly HealthWord[] = [
  'unhealthy',
  'restarting',
  'exited',
  'missing',
  'starting',
  'running',
  'healthy',
  'done',
];

export async function lookAtHealth(
  engine: Pick<Engine, 'containers'>,
  stack: string,
  signal: AbortSignal,
): Promise<ServiceHealth[]> {
  return healthByService(await engine.containers(stack, { signal }));
}

/** A line per service, by name. Containers of `compose run` are nobody's service. */
export function healthByService(containers: readonly EngineContainer[]): ServiceHealth[] {
  const worst = new Map<string, ServiceHealth>();
  for (const container of containers.filter(({ oneOff }) => !oneOff)) {
    const seen = healthOf(container);
    const known = worst.get(container.service);
    if (!known || ORDER.indexOf(seen.health) < ORDER.indexOf(known.health)) worst.set(container.service, seen);
  }
  return [...worst.values()].sort((a, b) => a.service.localeCompare(b.service));
}

function healthOf(container: EngineContainer): ServiceHealth {
  const { service, state, health, healthOutput, exitCode, restarts } = container;
  switch (state) {
    case 'running':
      if (health === 'unhealthy') {
        return { service, health, ...(healthOutput === undefined ? {} : { detail: healthOutput }) };
      }
      return { service, health: health ?? 'running' };
    case 'restarting':
      return { service, health: 'restarting', detail: `exits with ${exitCode}` };
    case 'exited':
    case 'dead':
    case 'removing':
      // A one-shot service that ended well has done what it was there for.
      return exitCode === 0 && !restarts && state === 'exited'
        ? { service, health: 'done' }
        : { service, health: 'exited', detail: `with ${exitCode}` };
    case 'created':
      return { service, health: 'missing', detail: 'created, never started' };
    case 'paused':
      return { service, health: 'exited', detail: 'paused' };
  }
}
