/** Whether it is time. Pure. */
import type { RotationRules } from './rules.js';

const DAY_MS = 24 * 60 * 60 * 1000;
const MINUTE_MS = 60 * 1000;

/**
 * From when a log counts: from its last rotation, or from when it was first seen. A time in the future (the clock was wrong
 * then) would keep it from being rotated until that day: it begins anew.
 */
export function countedFrom(recorded: string | undefined, now: Date): string {
  return recorded !== undefined && new Date(recorded) <= now ? recorded : now.toISOString();
}

/** By days of the calendar, as logrotate does: a daily schedule that starts a minute early must not put it off by a day. */
export function isDue(log: { since: string; bytes: number }, now: Date, rules: RotationRules): boolean {
  return log.bytes >= rules.minimumBytes && dayOf(now) - dayOf(new Date(log.since)) >= rules.everyDays;
}

const dayOf = (time: Date): number => Math.floor(time.getTime() / DAY_MS);

/** What was seen of a file that was set aside, and since when it is so. */
export interface Seen {
  readonly bytes: number;
  readonly modifiedMs: number;
  readonly since: string;
}

/** What is to be recorded of it now: a file that was written to begins a new quiet. */
export function seeAgain(before: Seen | undefined, found: Omit<Seen, 'since'>, now: Date): Seen {
  const isSame = before?.bytes === found.bytes && before.modifiedMs === found.modifiedMs;
  return { ...found, since: countedFrom(isSame ? before.since : undefined, now) };
}

export const isQuiet = (seen: Seen, now: Date, rules: RotationRules): boolean =>
  now.getTime() - new Date(seen.since).getTime() >= rules.quietMinutes * MINUTE_MS;
