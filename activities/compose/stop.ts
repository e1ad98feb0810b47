/** Stops a whole stack, and starts again what ran: the containers stay what they are. */
import type { Engine, EngineContainer } from '../docker/types.js';
import { startCommand, stopCommand, stopContainersCommand } from './command.js';
import { type Services, levelsOf } from './order.js';
import { type GuardedInput, runGuarded } from './run-guarded.js';
import { containersOf } from './running.js';
import { conditionsOf, waitForConditions } from './wait.js';

export interface StopInput extends GuardedInput {
  engine: Engine;
  /** The service whose container this program runs in: it is not stopped. `others`: every other service of the files. */
  own?: { service: string; others: readonly string[] };
}

/**
 * Stops every container of the project, dependents first; then those whose service is in no file any more. Containers of
 * `compose run` are somebody's own. Twice: what is stopped is not touched.
 */
export async function stopEverything(input: StopInput): Promise<void> {
  if ((await running(input)).length === 0) return;
  input.step.heartbeat({ stopping: input.view.name });
  // None named would be all of them.
  if (input.own?.others.length !== 0) {
    await runGuarded(stopCommand(input.view, input.own?.others), 'stop the stack', input);
  }
  const left = await running(input);
  if (left.length === 0) return;
  await runGuarded(stopContainersCommand(left.map(({ id }) => id)), `stop ${namesOf(left)}`, input);
}

export interface StartInput extends StopInput {
  services: Services;
  /** Services that had running containers before. */
  names: readonly string[];
  /** Whose health is not waited for. */
  sickBefore: readonly string[];
  /** Limit of each wait for a `depends_on` condition. */
  dependencyTimeoutSeconds: number;
}

/**
 * Starts the containers of these services that were stopped, dependencies first and each level when the conditions of
 * `depends_on` hold. Makes none and makes none anew. Returns the services that it started. Twice: what runs is left.
 */
export async function startEverything(input: StartInput): Promise<string[]> {
  const { engine, services, names, step, view } = input;
  const started: string[] = [];
  for (const level of levelsOf(services)) {
    const containers = await engine.containers(view.name, { signal: step.signal });
    const stopped = level
      .filter((service) => names.includes(service))
      .flatMap((service) => containersOf(containers, service).filter(({ state }) => state === 'exited'));
    if (stopped.length === 0) continue;
    const starting = [...new Set(stopped.map(({ service }) => service))];
    const conditions = conditionsOf(starting, services, input.sickBefore);
    await waitForConditions(
      // What did not run before will not become healthy now.
      conditions.filter(({ dependency }) => names.includes(dependency)),
      { engine, project: view.name, timeoutSeconds: input.dependencyTimeoutSeconds, step },
    );
    step.heartbeat({ starting });
    await runGuarded(startCommand(stopped.map(({ id }) => id)), `start ${namesOf(stopped)}`, input);
    started.push(...starting);
  }
  return started;
}

async function running({ engine, view, step, own }: StopInput): Promise<EngineContainer[]> {
  const containers = await engine.containers(view.name, { signal: step.signal });
  return containers.filter(
    ({ oneOff, state, service }) =>
      !oneOff && service !== own?.service && ['running', 'restarting', 'paused'].includes(state),
  );
}

const namesOf = (containers: readonly EngineContainer[]): string => containers.map(({ name }) => name).join(', ');
