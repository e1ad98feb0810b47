import { FAILURES, StepFailure } from '../activities/shared/failures.js';
import type { Engine } from '../activities/docker/types.js';
import { serviceHealth } from '../activities/health/words.js';
import type { ServiceHealth } from '../workflows/model.js';

/** Health of a stack's services, by name, out of its containers as the engine has them now. */
export async function lookAtHealth(
  engine: Pick<Engine, 'containers'>,
  stack: string,
  signal: AbortSignal,
): Promise<ServiceHealth[]> {
  const containers = await engine.containers(stack, { signal }).catch((error: unknown) => {
    if (!signal.aborted) throw error;
    // What the limit throws names neither who was asked nor what to do.
    const what = 'The Docker Engine takes connections and does not answer. Look at it with: docker info';
    throw new StepFailure(FAILURES.engineUnavailable, what, undefined, { cause: error });
  });
  const services = new Set(containers.filter(({ oneOff }) => !oneOff).map(({ service }) => service));
  return [...services].sort().map((service) => serviceHealth(service, containers));
}
