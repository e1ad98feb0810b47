import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../activities/shared/failures.js';
import type { EmbeddedServer } from './embedded-server.js';

export interface Keeping {
  /** Whether the server's process runs. */
  isAlive(): Promise<boolean>;
  /** Starts it from its file; on the same ports, or the worker would not find it. */
  restart(): Promise<EmbeddedServer>;
  say(sentence: string): void;
  /** Between two looks. */
  everyMs?: number;
}

const EVERY_MS = 1_000;
const PAUSE_AFTER_FAILURE_MS = 10_000;

/**
 * Brings the embedded server back when it ends while `up` runs (out of memory, killed by hand): nobody else would, and the
 * worker would ask a dead address for ever. What had been acknowledged is in its file.
 */
export function keepServer(first: EmbeddedServer, keeping: Keeping): { stop(): Promise<void> } {
  const stopped = new AbortController();
  let current = first;
  const loop = (async () => {
    let pause = keeping.everyMs ?? EVERY_MS;
    while (!stopped.signal.aborted) {
      await sleep(pause, undefined, { signal: stopped.signal }).catch(() => undefined);
      if (stopped.signal.aborted || (await keeping.isAlive())) continue;
      keeping.say('The embedded Temporal server ended by itself; starting it again from its file.');
      try {
        current = await keeping.restart();
        pause = keeping.everyMs ?? EVERY_MS;
        keeping.say(
          current.address === first.address
            ? `The embedded Temporal server runs again at ${current.address}.`
            : `The embedded Temporal server runs at ${current.address} now, because its former port was taken: start birdkeeper up again.`,
        );
      } catch (error) {
        pause = PAUSE_AFTER_FAILURE_MS;
        keeping.say(`The embedded Temporal server could not be started: ${messageOf(error)}`);
      }
    }
  })();
  return {
    async stop() {
      stopped.abort();
      await loop;
      await current.stop();
    },
  };
}
