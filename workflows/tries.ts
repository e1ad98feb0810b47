/** When a run of a job was due, and when it is tried again. Pure. */
import type { JobTimes } from '../activities/types.js';

/** Of the first try; empty for a run that was due at no time. A schedule puts at the end of an id what it started the run for. */
export function timesOf(workflowId: string, now: Date): JobTimes {
  const due = /\/run-(\d{4}-\d\d-\d\dT[\d:]{8}Z)$/.exec(workflowId)?.[1];
  return due === undefined ? {} : { due, takenAt: now.toISOString() };
}

const FIRST_PAUSE_SECONDS = 10;
const LONGEST_PAUSE_SECONDS = 600;

/** Between the tries of a run: 10, 20, 40 … seconds, ten minutes at most. */
export const pauseSeconds = (attempt: number): number =>
  Math.min(FIRST_PAUSE_SECONDS * 2 ** (attempt - 1), LONGEST_PAUSE_SECONDS);
