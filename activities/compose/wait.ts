/** `depends_on` conditions, which Compose leaves to us because services are named one by one. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Engine, EngineContainer } from '../docker/types.js';
import { elapsedMs } from '../shared/elapsed.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { Services } from './order.js';
import { containersOf } from './running.js';

const POLL_MS = 300;

export interface Condition {
  /** Who needs it. */
  service: string;
  dependency: string;
  condition: 'service_healthy' | 'service_completed_successfully';
}

type Containers = readonly Pick<EngineContainer, 'service' | 'oneOff' | 'state' | 'health' | 'exitCode' | 'restarts'>[];

/** Conditions that have to hold before these services are started. Those that are not required, or that were sick before, are left out. */
export function conditionsOf(names: readonly string[], services: Services, sickBefore: readonly string[]): Condition[] {
  return names.flatMap((service) =>
    Object.entries(services[service]?.depends_on ?? {}).flatMap(([dependency, { condition, required }]) => {
      if (!required || sickBefore.includes(dependency) || !(dependency in services)) return [];
      if (condition !== 'service_healthy' && condition !== 'service_completed_successfully') return [];
      return [{ service, dependency, condition }];
    }),
  );
}

/** holds, not yet, or why it never will. */
export function conditionState(
  { dependency, condition }: Condition,
  containers: Containers,
): 'holds' | 'waits' | { fails: string } {
  const own = containersOf(containers, dependency);
  if (own.length === 0) return { fails: 'it has no container' };
  const failed = own.find(
    ({ state, exitCode, restarts }) => state === 'dead' || (state === 'exited' && exitCode !== 0 && !restarts),
  );
  if (failed) return { fails: `it exited with status ${failed.exitCode}` };
  if (condition === 'service_completed_successfully') {
    return own.every(({ state, exitCode }) => state === 'exited' && exitCode === 0) ? 'holds' : 'waits';
  }
  if (own.some(({ health }) => health === 'unhealthy')) return { fails: 'it is unhealthy' };
  if (own.some(({ state }) => state === 'exited')) return { fails: 'it exited' };
  return own.every(({ state, health }) => state === 'running' && (health ?? 'healthy') === 'healthy')
    ? 'holds'
    : 'waits';
}

/** Throws Unhealthy as soon as a condition cannot hold any more, or when the time is over. */
export async function waitForConditions(
  conditions: readonly Condition[],
  options: { engine: Engine; project: string; timeoutSeconds: number; step: Step },
): Promise<void> {
  const { engine, project, step } = options;
  const deadline = elapsedMs() + options.timeoutSeconds * 1000;
  let open = [...conditions];
  while (open.length > 0) {
    const containers = await engine.containers(project, { signal: step.signal });
    for (const condition of open) {
      const state = conditionState(condition, containers);
      if (typeof state === 'object') throw unmet(condition, state.fails);
    }
    open = open.filter((condition) => conditionState(condition, containers) !== 'holds');
    const [first] = open;
    if (!first) return;
    if (elapsedMs() > deadline) throw unmet(first, `it was not so within ${options.timeoutSeconds} s`);
    step.heartbeat({ waiting: first });
    await sleep(POLL_MS, undefined, { signal: step.signal });
  }
}

function unmet({ service, dependency, condition }: Condition, why: string): StepFailure {
  const wish = condition === 'service_healthy' ? 'healthy' : 'done';
  return new StepFailure(
    FAILURES.unhealthy,
    `Service ${service} needs ${dependency} to be ${wish}: ${why}. Look at it with: docker compose logs ${dependency}`,
  );
}
