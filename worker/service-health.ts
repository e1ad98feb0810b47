import type { Engine } from '../activities/docker/types.js';
import { serviceHealth } from '../activities/health/words.js';
import type { ServiceHealth } from '../workflows/model.js';

/** Health of a stack's services, by name, out of its containers as the engine has them now. */
export async function lookAtHealth(
  engine: Pick<Engine, 'containers'>,
  stack: string,
  signal: AbortSignal,
): Promise<ServiceHealth[]> {
  const containers = await engine.containers(stack, { signal });
  const services = new Set(containers.filter(({ oneOff }) => !oneOff).map(({ service }) => service));
  return [...services].sort().map((service) => serviceHealth(service, containers));
}
