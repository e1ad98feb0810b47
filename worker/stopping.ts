import type { Composition } from './composition.js';
import type { RunningWorker } from './run-worker.js';

/** Status by which shells know a process that was interrupted. */
const INTERRUPTED = 130;

/**
 * Waits until the worker has left. The first SIGINT or SIGTERM lets the running steps end or hand over, and says which
 * they are; the second leaves at once: the next start goes on from there, as after any crash.
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
  process.on('SIGINT', stop);
  process.on('SIGTERM', stop);
  try {
    await worker.ended;
  } finally {
    process.off('SIGINT', stop);
    process.off('SIGTERM', stop);
  }
}
