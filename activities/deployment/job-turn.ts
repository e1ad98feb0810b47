/** Whether a run of a job is begun, and whether it is tried again: the same for all kinds of jobs. */
import type { Job } from '../jobs/model.js';
import { readSchedule } from '../jobs/schedule-text.js';
import { isTooLate } from '../schedules/lateness.js';
import type { StackSettings } from '../stack/settings.js';
import type { JobTimes } from '../types.js';

/** A worker that is there takes a run within seconds, also when hundreds are due at once. */
const PROMPT_SECONDS = 30;

/** Only where somebody says how late: without that, what waited is what a schedule of one period would catch up with. */
export function waitedTooLong(job: Job, { due, takenAt }: JobTimes, timeZone: string): boolean {
  const reading = readSchedule(job.schedule);
  const { catchUpSeconds } = job.options;
  if (due === undefined || takenAt === undefined || catchUpSeconds === undefined || reading.kind === 'off')
    return false;
  const late = Math.max(catchUpSeconds, PROMPT_SECONDS);
  const waited = { due: new Date(due), now: new Date(takenAt), catchUpSeconds: late, timeZone };
  return isTooLate(reading.frequency, waited);
}

export const tooLate = ({ name }: Job, { due }: JobTimes): string =>
  `Job ${name} of ${due} is not begun: no worker ran then, and x-birdkeeper.catch-up is over`;

/** `attempt`: from 1. */
export function limitsOf(
  { options }: Job,
  settings: Pick<StackSettings, 'jobTimeoutSeconds' | 'jobRetries'>,
  attempt: number,
): { timeoutSeconds: number; triesLeft: number } {
  const { timeoutSeconds = settings.jobTimeoutSeconds, retries = settings.jobRetries } = options;
  return { timeoutSeconds, triesLeft: Math.max(0, retries + 1 - attempt) };
}
