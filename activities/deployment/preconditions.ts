/** What must hold on the host before a deployment may move anything: engine, room, ports. */
import type { EngineContainer, PublishedPort } from '../docker/types.js';
import { freeBytes, takenPorts } from '../docker/host.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { StackView } from '../stack/view.js';
import type { Dependencies } from './dependencies.js';

const MEGABYTE = 1024 * 1024;

/** Throws EngineUnavailable or DiskFull. */
export async function requireEngineAndRoom(view: StackView, deps: Dependencies, step: Step): Promise<void> {
  const { dataRoot } = await deps.engine.ping({ signal: step.signal });
  const wanted = view.settings.minFreeDiskMb;
  for (const directory of [dataRoot, deps.state.root, ...view.checkouts.map(({ dir }) => dir)]) {
    const free = await freeBytes(directory);
    if (free === undefined || free >= wanted * MEGABYTE) continue;
    throw new StepFailure(
      FAILURES.diskFull,
      `${directory} has ${Math.floor(free / MEGABYTE)} MB left, less than the ${wanted} MB of BIRDKEEPER_MIN_FREE_DISK_MB. Free space (docker system df shows what images take), or lower the limit.`,
    );
  }
}

/** A sentence for each container of another project that has a name which this stack gives to a container of its own. */
export async function nameProblems(
  view: StackView,
  wanted: readonly string[],
  deps: Dependencies,
  step: Step,
): Promise<string[]> {
  const holders = await deps.engine.namesOfOthers(view.name, wanted, { signal: step.signal });
  return holders.map(({ name, project }) =>
    project === undefined
      ? `A container named ${name} is there that Compose did not make: remove it (docker rm ${name}) or rename it.`
      : `The container ${name} belongs to the compose project ${project}, and this stack is ${view.name}: where they are one platform, set COMPOSE_PROJECT_NAME=${project} in env.local; else remove or rename that container.`,
  );
}

/** A sentence for each port that the stack publishes and somebody else holds. */
export async function portProblems(
  view: StackView,
  wanted: readonly PublishedPort[],
  containers: readonly EngineContainer[],
  deps: Dependencies,
  step: Step,
): Promise<string[]> {
  const others = await deps.engine.portsOfOthers(view.name, { signal: step.signal });
  return takenPorts({ wanted, own: containers.flatMap(({ ports }) => ports), others });
}
