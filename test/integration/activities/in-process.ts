/** The activities as plain functions on the parts of a world: real git, registry and engine, without a worker. */
import type { Dependencies } from '../../../activities/deployment/dependencies.js';
import type { Journal } from '../../../activities/deployment/journal.js';
import { createEngine } from '../../../activities/docker/engine.js';
import { createActivities } from '../../../activities/index.js';
import { localStep } from '../../../activities/shared/step.js';
import { StateDirectory } from '../../../activities/state/index.js';
import { registerStack } from '../../../worker/register.js';
import type { World } from '../../support/world/index.js';

export const NO_LOG: Journal = {
  openDeployment: ({ startedAt }) => startedAt,
  closeDeployment: () => undefined,
  look: () => undefined,
  job: (_entry, work) => work(),
};

export async function inProcess(world: World) {
  const state = new StateDirectory(world.stateDirectory);
  const step = localStep();
  const deps: Dependencies = {
    host: 'sample',
    state,
    engine: createEngine({}),
    environment: world.parts.env,
    journal: NO_LOG,
    logDirectory: (configured) => Promise.resolve(configured),
    remember: () => Promise.resolve(),
  };
  const directory = world.stackDirectory;
  const stack = await registerStack({ stackDir: directory, state, deps, signal: step.signal });
  return { activities: createActivities(deps), deps, stack, step };
}

export type InProcess = Awaited<ReturnType<typeof inProcess>>;
