/** Until when something is tried. */
import { elapsedMs } from './elapsed.js';

export interface Deadline {
  /** The whole of it, for messages. */
  readonly seconds: number;
  /** 0 or less: over. */
  leftMs(): number;
}

/** `begunAt`: when it began by the clock of the host, for what goes on after a restart; absent: now. */
export function deadlineOf(seconds: number, begunAt?: Date): Deadline {
  const gone = begunAt === undefined ? 0 : Math.max(0, Date.now() - begunAt.getTime());
  const end = elapsedMs() + Math.max(0, seconds * 1_000 - gone);
  return { seconds, leftMs: () => end - elapsedMs() };
}
