/** Two clocks. Pure. */
import type { Finding } from '../schemas.js';
import { ok, warn } from './findings.js';

export const SET_CLOCK = 'Set the clock, and keep it right with a time service (systemd-timesyncd, chrony).';
const MOST_SECONDS = 5;

/** Milliseconds since 1970. More than 5 s apart is told. */
export function judgeClock(what: string, theirs: number, ours: number): Finding {
  if (!Number.isFinite(theirs)) return warn(what, 'it tells no time that can be read');
  const seconds = Math.round((theirs - ours) / 1000);
  if (Math.abs(seconds) <= MOST_SECONDS) return ok(what, 'agrees with this one');
  return warn(what, `it is ${Math.abs(seconds)} s ${seconds > 0 ? 'ahead of' : 'behind'} this one`, SET_CLOCK);
}
