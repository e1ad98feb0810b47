/**
 * A published port that the engine itself keeps, with a `docker-proxy` that listens, for a container that is gone. Docker
 * 20.10 does so when it was killed while a container with that port restarted over and over, until it is started again.
 */
import type { PublishedPort } from '../docker/types.js';
import { FAILURES, StepFailure, isStepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { Dependencies } from './dependencies.js';

const RETRY_MS = 60_000;
const REFUSED = /Bind for (\S+):(\d+) failed: port is already allocated/;

/** What the engine said of the port that it refused; undefined when it said something else. Pure. */
export function refusedPort(message: string): PublishedPort | undefined {
  const [, address = '', port] = REFUSED.exec(message) ?? [];
  return port === undefined ? undefined : { address: address.replace(/^\[(.*)\]$/, '$1'), port: Number(port) };
}

interface Where {
  deps: Pick<Dependencies, 'engine'>;
  step: Pick<Step, 'signal'>;
}

/** Does the work. When it fails by a port that no container has, throws EngineUnavailable: trying again then is the remedy. */
export async function namingLostPort<T>(work: () => Promise<T>, { deps, step }: Where): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const port = isStepFailure(error, FAILURES.applyFailed) ? refusedPort(error.message) : undefined;
    if (port === undefined) throw error;
    if ((await deps.engine.holderOf(port.port, { signal: step.signal })) !== undefined) throw error;
    throw new StepFailure(
      FAILURES.engineUnavailable,
      `The Docker Engine keeps port ${port.address}:${port.port} for a container that is gone, as one that was killed may do: no container publishes it. Restart the engine (systemctl restart docker): then this goes on by itself.`,
      RETRY_MS,
      { cause: error },
    );
  }
}
