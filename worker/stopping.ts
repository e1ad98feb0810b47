import { engineAddress } from '../activities/docker/address.js';
import type { Composition } from './composition.js';
import { LOST_SOCKET, untilLost } from './lost-socket.js';
import type { RunningWorker } from './run-worker.js';

/** Status by which shells know a process that was interrupted. */
const INTERRUPTED = 130;

/**
 * Waits until the worker has left. The first SIGINT or SIGTERM lets the running steps end or hand over, and says which
 * they are; the second leaves at once: the next start goes on from there, as after any crash. A lost socket of the engine is
 * the same as the first.
 */
export async function untilStopped(worker: RunningWorker, composition: Composition): Promise<void> {
  let asked = false;
  const stop = () => {
    if (asked) process.exit(INTERRUPTED);
    asked = true;
    const steps = [...composition.running];
    composition.say(
      steps.length === 0
        ? 'Stopping.'
        : `Stopping as soon as these end or hand over (^C again leaves at once, the next start goes on): ${steps.join(', ')}`,
    );
    composition.leave();
    worker.leave();
  };
  const ended = new AbortController();
  const socket = socketOf(composition);
  const looking = socket === undefined ? undefined : untilLost(socket, ended.signal);
  void looking?.then((isLost) => {
    if (!isLost || asked) return;
    composition.say(LOST_SOCKET);
    stop();
  });
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    await worker.ended;
  } finally {
    ended.abort();
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}

function socketOf({ settings }: Composition): string | undefined {
  const address = engineAddress(settings.dockerHost);
  return 'socketPath' in address ? address.socketPath : undefined;
}
