/**
 * The engine's socket is mounted into a container as a file. An engine that lets containers run on while it is started again
 * (live-restore) makes a new file under that name, and the container keeps the old one, where nobody will ever answer. Only
 * a new start of the container mounts the new one: who is `always` started again by the engine just has to end.
 */
import { stat } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';

const LOOK_EVERY_MS = 5_000;

export const LOST_SOCKET =
  'The engine has made its socket anew, and this container still has the old one: it ends, for the engine to start it again with the new one.';

/** Whether the name of that file is gone while we still have it. False for what cannot be looked at. */
export async function isLost(path: string): Promise<boolean> {
  return stat(path).then(
    ({ nlink }) => nlink === 0,
    () => false,
  );
}

/** True as soon as the socket is lost; false with the signal. */
export async function untilLost(path: string, signal: AbortSignal, everyMs = LOOK_EVERY_MS): Promise<boolean> {
  while (!(await isLost(path))) {
    await sleep(everyMs, undefined, { signal, ref: false }).catch(() => undefined);
    if (signal.aborted) return false;
  }
  return true;
}
