import { isStepFailure } from '../activities/shared/failures.js';
import { RETRYABLE_FAILURES } from '../workflows/contract.js';

/** Shorter waits are over before anybody has read of them. */
const LEAST_TOLD_MS = 15_000;

/** What passes by itself within this time is nothing to wake somebody for. */
const HELD_UP_MS = 5 * 60_000;

/** Whether people are to hear that a step fails and is tried again, so long after it was begun. Pure. */
export const isHeldUp = (error: unknown, sinceMs: number): boolean =>
  isStepFailure(error) && RETRYABLE_FAILURES.includes(error.type) && sinceMs >= HELD_UP_MS;

/** What a step that failed waits for, and how long, for the log; undefined when it is over, or tried again at once. Pure. */
export function waitingFor(error: unknown): string | undefined {
  if (!isStepFailure(error) || !RETRYABLE_FAILURES.includes(error.type)) return undefined;
  const { message, retryAfterMs = 0 } = error;
  if (retryAfterMs < LEAST_TOLD_MS) return undefined;
  const seconds = Math.round(retryAfterMs / 1_000);
  const when = seconds < 120 ? `${seconds} seconds` : `${Math.round(seconds / 60)} minutes`;
  return `${message.trim()} It is tried again in ${when}.`;
}
