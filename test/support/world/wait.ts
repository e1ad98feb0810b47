/** Waiting on conditions with limits, instead of sleeping for fixed times. */
import { setTimeout as pause } from 'node:timers/promises';
import { messageOf } from '../../../activities/shared/failures.js';

export interface WaitLimits {
  /** Milliseconds until it fails. */
  within?: number;
  /** Milliseconds between two looks. */
  every?: number;
}

/**
 * Looks until `look` gives something else than undefined, null or false, and returns that. What it throws counts as "not
 * yet". Throws when the limit has passed, with `what` and the newest obstacle.
 */
export async function waitFor<T>(
  what: string,
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
  { within = 120_000, every = 250 }: WaitLimits = {},
): Promise<T> {
  const deadline = Date.now() + within;
  for (;;) {
    const seen = await lookOnce(look);
    if ('value' in seen) return seen.value;
    if (Date.now() >= deadline) throw new Error(`${what}: not within ${within / 1000} s${seen.obstacle}`);
    await pause(every);
  }
}

async function lookOnce<T>(
  look: () => Promise<T | undefined | null | false> | T | undefined | null | false,
): Promise<{ value: T } | { obstacle: string }> {
  try {
    const value = await look();
    return value === undefined || value === null || value === false ? { obstacle: '' } : { value };
  } catch (error) {
    return { obstacle: ` (${messageOf(error)})` };
  }
}
