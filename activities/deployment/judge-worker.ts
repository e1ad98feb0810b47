/** Whether a container that was just made holds a worker that polls. Pure. */
import type { EngineContainer } from '../docker/types.js';

export interface WorkerLimits {
  /** By then it has to poll. */
  limitSeconds: number;
  /** How long a container without a health check has to run. */
  quietSeconds: number;
}

export type WorkerVerdict = { is: 'unknown' | 'polls'; why?: undefined } | { is: 'none'; why: string };

/** A first end may be an accident of the start; a worker that ends time after time will not poll. */
const ENDS = 3;

/** `seconds`: since it was looked at first. */
export function judgeWorker(
  container: Pick<EngineContainer, 'state' | 'health' | 'healthOutput' | 'restartCount' | 'exitCode'> | undefined,
  seconds: number,
  { limitSeconds, quietSeconds }: WorkerLimits,
): WorkerVerdict {
  const none = (why: string): WorkerVerdict => ({ is: 'none', why });
  if (container) {
    const { state, health, restartCount, exitCode } = container;
    if (health === 'healthy' && state === 'running') return { is: 'polls' };
    if (restartCount >= ENDS) return none(`it ended ${restartCount} times, the last time with status ${exitCode}`);
    const isQuiet = state === 'running' && restartCount === 0 && seconds >= quietSeconds;
    if (health === undefined && isQuiet) return { is: 'polls' };
  }
  return seconds < limitSeconds ? { is: 'unknown' } : none(`${stateOf(container)} after ${limitSeconds} s`);
}

function stateOf(container: Parameters<typeof judgeWorker>[0]): string {
  if (!container) return 'its container was not there';
  const { state, health, healthOutput, exitCode } = container;
  if (state !== 'running') return `its container was ${state} (status ${exitCode})`;
  return `its health check said ${health ?? 'nothing'}${healthOutput === undefined ? '' : ` (${healthOutput})`}`;
}
