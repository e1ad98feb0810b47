/** How often scheduled work runs, from the text of a setting. Pure. */
import { Cron } from 'croner';
import { shortLine } from '../../workflows/one-line.js';
import { durationSeconds } from './duration.js';

export type Frequency =
  | { kind: 'none' }
  /** Five-field cron lines in UTC; the work runs when any of them matches, and a line when both of its days do. */
  | { kind: 'cron'; expressions: string[] }
  | { kind: 'interval'; seconds: number };

const WORDS: ReadonlyMap<string, string> = new Map(
  Object.entries({
    '@yearly': '0 0 1 1 *',
    '@annually': '0 0 1 1 *',
    '@monthly': '0 0 1 * *',
    '@weekly': '0 0 * * 0',
    '@daily': '0 0 * * *',
    '@midnight': '0 0 * * *',
    '@hourly': '0 * * * *',
  }),
);
/** A schedule of the server takes no longer one. */
const MOST_SECONDS = 366 * 86_400;

/** What a frequency that is not empty may look like, for messages. */
export const SCHEDULE_FORM =
  'five cron fields in UTC (7 5 * * *), a word (@hourly, @daily, @weekly …) or @every with a time (@every 5m, @every 1h30m)';
export const FREQUENCY_FORM = `should be empty, ${SCHEDULE_FORM}`;
const NEVER = 'should name a time that comes (this one never does)';

/** Whether the error of `parseFrequency` says that there is no such time. */
export const isNever = (error: unknown): boolean => error instanceof RangeError && error.message === NEVER;

/** Throws a RangeError that says what is expected. */
export function parseFrequency(text: string): Frequency {
  const trimmed = text.trim();
  if (trimmed === '') return { kind: 'none' };
  if (/^@every\b/.test(trimmed)) return { kind: 'interval', seconds: secondsOf(trimmed.slice('@every'.length).trim()) };
  const fields = (WORDS.get(trimmed.toLowerCase()) ?? trimmed).split(/\s+/);
  return { kind: 'cron', expressions: cronLines(fields) };
}

function secondsOf(duration: string): number {
  const seconds = durationSeconds(duration);
  if (seconds === undefined) throw new RangeError(FREQUENCY_FORM);
  if (seconds < 1 || seconds > MOST_SECONDS) throw wrong('an interval is at least one second and at most 366 days');
  return seconds;
}

function cronLines(fields: string[]): string[] {
  const [minute, hour, day, month, weekday] = fields;
  const plain = fields.every((field) => /^[0-9A-Za-z*,/-]+$/.test(field) && !/(^|[^A-Za-z])[LW]\b/i.test(field));
  if (fields.length === 6 && plain) throw wrong('these are six fields, of which the first or the last is to go');
  if (fields.length !== 5 || !plain) throw new RangeError(FREQUENCY_FORM);
  const restricted = (field = '*') => !field.startsWith('*');
  // Cron runs when either day matches; a schedule of Temporal wants both. Two lines make it either.
  const lines =
    restricted(day) && restricted(weekday)
      ? [`${minute} ${hour} ${day} ${month} *`, `${minute} ${hour} * ${month} ${weekday}`]
      : [fields.join(' ')];
  for (const line of lines) check(line);
  return lines;
}

function check(line: string): void {
  let next: Date | null;
  try {
    next = cronOf(line).nextRun();
  } catch {
    throw wrong(wrongField(line));
  }
  if (next === null) throw new RangeError(NEVER);
}

const FIELDS = [
  ...['a minute (0-59)', 'an hour (0-23)', 'a day of the month (1-31)', 'a month (1-12, jan-dec)'],
  'a day of the week (0-7, sun-sat)',
];

/** The first field that is none by itself; undefined when each is. */
function wrongField(line: string): string | undefined {
  const fields = line.split(' ');
  const at = fields.findIndex(
    (field, index) => !isCron(FIELDS.map((_, other) => (other === index ? field : '*')).join(' ')),
  );
  return at < 0 ? undefined : `${shortLine(fields[at] ?? '', MOST_OF_FIELD)} is not ${FIELDS[at]}`;
}

const MOST_OF_FIELD = 30;

function isCron(line: string): boolean {
  try {
    return cronOf(line) instanceof Cron;
  } catch {
    return false;
  }
}

const cronOf = (line: string): Cron =>
  new Cron(line, { mode: '5-part', timezone: 'UTC', paused: true, domAndDow: true });

const wrong = (why: string | undefined): RangeError =>
  new RangeError(why === undefined ? FREQUENCY_FORM : `${FREQUENCY_FORM}; ${why}`);
