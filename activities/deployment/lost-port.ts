/**
 * A published port that the engine keeps for a container that is gone. Docker 20.10 loses one when it is killed while a
 * container with that port restarts over and over: until it is started again it refuses the port to everybody.
 */
import { overlaps, takenPorts } from '../docker/host.js';
import type { PublishedPort } from '../docker/types.js';
import { FAILURES, StepFailure, isStepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { StackView } from '../stack/view.js';
import type { Dependencies } from './dependencies.js';

const RETRY_MS = 30_000;
const REFUSED = /Bind for (\S+):(\d+) failed: port is already allocated/;

/** What the engine said of the port that it refused; undefined when it said something else. Pure. */
export function refusedPort(message: string): PublishedPort | undefined {
  const [, address = '', port] = REFUSED.exec(message) ?? [];
  return port === undefined ? undefined : { address: address.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

interface Where {
  view: Pick<StackView, 'name'>;
  deps: Pick<Dependencies, 'engine'>;
  step: Pick<Step, 'signal'>;
}

/** Does the work. When it fails by a port that nobody has, throws EngineUnavailable: trying again then is the remedy. */
export async function namingLostPort<T>(work: () => Promise<T>, where: Where): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const port = isStepFailure(error, FAILURES.applyFailed) ? refusedPort(error.message) : undefined;
    if (port === undefined || (await isHeld(port, where))) throw error;
    throw new StepFailure(
      FAILURES.engineUnavailable,
      `The Docker Engine keeps port ${port.address}:${port.port} for a container that is gone, as one that was killed may do: no container publishes it and no program listens there. Restart the engine (systemctl restart docker): then this goes on by itself.`,
      RETRY_MS,
      { cause: error },
    );
  }
}

async function isHeld(wanted: PublishedPort, { deps: { engine }, step, view }: Where): Promise<boolean> {
  const call = { signal: step.signal };
  const [others, ours] = await Promise.all([engine.portsOfOthers(view.name, call), engine.containers(view.name, call)]);
  const own = ours.filter(({ state }) => state === 'running' || state === 'restarting').flatMap(({ ports }) => ports);
  if (own.some((port) => overlaps(port, wanted))) return true;
  return (await takenPorts({ wanted: [wanted], own: [], others })).length > 0;
}
