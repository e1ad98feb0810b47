/** Schedules as docker-crontab has them, and what it would have made of them. Pure. */
import { durationSeconds } from '../shared/duration.js';
import { FREQUENCY_FORM, parseFrequency, SCHEDULE_FORM, type Frequency } from '../shared/frequency.js';

export type ScheduleReading =
  | {
      kind: 'frequency';
      frequency: Exclude<Frequency, { kind: 'none' }>;
      /** What is other than under docker-crontab, a sentence. */
      warning?: string;
    }
  /** A lone "#": the job is switched off. */
  | { kind: 'off' };

/** Throws a RangeError that says what is expected. */
export function readSchedule(text: string): ScheduleReading {
  const trimmed = text.trim();
  if (trimmed.startsWith('#')) return { kind: 'off' };
  if (/^@(reboot|random)\b/.test(trimmed)) {
    const instead = trimmed.startsWith('@reboot') ? '; "onstart: true" runs a job when the scheduler starts' : '';
    throw new RangeError(`${trimmed.split(' ')[0]} never ran a job under docker-crontab and does not here${instead}`);
  }
  if (trimmed === '') throw new RangeError('is empty, so the job never runs; "#" switches it off');
  const frequency = frequencyIn(trimmed);
  if (frequency.kind === 'none') throw new RangeError('is empty, so the job never runs');
  const warning = everyWarning(trimmed);
  return { kind: 'frequency', frequency, ...(warning === undefined ? {} : { warning }) };
}

function frequencyIn(text: string): Frequency {
  try {
    return parseFrequency(text);
  } catch (error) {
    // A setting may be empty, a job's schedule may not.
    if (!(error instanceof RangeError)) throw error;
    throw new RangeError(error.message.replace(FREQUENCY_FORM, `should be ${SCHEDULE_FORM}`));
  }
}

/**
 * docker-crontab puts the minutes of `@every` into the minute field of cron, as a step: an hour and more is hourly, and a time
 * that does not divide an hour begins again at each full one. It drops seconds.
 */
function everyWarning(text: string): string | undefined {
  if (!text.startsWith('@every')) return undefined;
  const duration = text.slice('@every'.length).trim();
  const seconds = durationSeconds(duration);
  if (seconds === undefined) return undefined;
  const minutes = Math.floor(secondsWithout(duration, 's') / 60);
  if (minutes * 60 === seconds && minutes < 60 && 60 % minutes === 0) return undefined;
  return `${text} is a true interval here; docker-crontab ran it ${formerly(minutes)}.`;
}

const secondsWithout = (duration: string, unit: string): number =>
  durationSeconds(duration.replaceAll(new RegExp(`\\d+${unit}`, 'g'), '')) ?? 0;

function formerly(minutes: number): string {
  if (minutes === 0 || minutes >= 60) return 'once an hour, at minute 0';
  const fires = Array.from({ length: Math.ceil(60 / minutes) }, (_, index) => index * minutes);
  const shown = fires.length > 4 ? [...fires.slice(0, 3), '…', fires.at(-1)] : fires;
  return `at minutes ${shown.join(', ')} of each hour`;
}
