/** When a stack may be changed by itself, from the texts of three settings. Pure. */
import { Cron } from 'croner';
import { isNever, parseFrequency } from '../shared/frequency.js';

export interface WindowTexts {
  /** BIRDKEEPER_DEPLOY_WINDOWS: one a line or separated by `;`. */
  windows: string;
  /** BIRDKEEPER_DEPLOY_FREEZE: days and ranges of days, whitespace separated. */
  freeze: string;
  /** BIRDKEEPER_TIME_ZONE: an IANA name; empty: UTC. */
  timeZone: string;
}

export interface DeployWindows {
  /** None: open all the time, except on the freeze days. */
  windows: readonly Window[];
  freezes: readonly Freeze[];
  /** Day of an instant in the time zone, `2026-12-24`. */
  dayOf: (at: Date) => string;
}

interface Window {
  /** The window opens when any of them fires. */
  starts: readonly Cron[];
  durationMs: number;
}

/** Days (`2026-12-24`) in the time zone, both included. */
interface Freeze {
  from: string;
  to: string;
}

const WINDOW_FORM =
  'should be FIVE CRON FIELDS for DURATION (0 2 * * 1-5 for 3h), one a line or separated by ";", the duration in days, hours and minutes (2d, 1h30m, 90m)';
const FREEZE_FORM =
  'should be days (2026-12-24) or ranges of days (2026-12-20..2027-01-03), separated by white space, that are in the calendar';
const ZONE_FORM = 'should be the name of a time zone, such as UTC or Europe/Berlin';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const FAR_MS = 400 * DAY_MS;
/** No zone is further from UTC than 14 hours. */
const MOST_OFFSET_MINUTES = 15 * 60;

/** Throws a RangeError that says what is expected. */
export function parseWindows(texts: WindowTexts): DeployWindows {
  const timeZone = parseZone(texts.timeZone.trim());
  return {
    dayOf: dayTeller(timeZone),
    windows: texts.windows
      .split(/[\n;]/)
      .map((entry) => entry.trim())
      .filter((entry) => entry !== '')
      .map((entry, index) => parseWindow(entry, index + 1, timeZone)),
    freezes: texts.freeze
      .split(/\s+/)
      .filter((entry) => entry !== '')
      .map(parseFreeze),
  };
}

function parseZone(text: string): string {
  const zone = text === '' ? 'UTC' : text;
  // Offsets (+01:00) are taken by some versions of Node only.
  if (!/^[A-Za-z]/.test(zone)) throw new RangeError(ZONE_FORM);
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
  } catch {
    throw new RangeError(ZONE_FORM);
  }
  return zone;
}

function parseWindow(entry: string, number: number, timezone: string): Window {
  const [, cron = '', duration = ''] = /^(\S+(?:\s+\S+){4})\s+for\s+(\S+)$/i.exec(entry) ?? [];
  const durationMs = millisecondsOf(duration);
  if (durationMs === 0) throw new RangeError(`${WINDOW_FORM}; entry ${number} is not`);
  return { starts: linesOf(cron, number).map((line) => startsOf(line, timezone)), durationMs };
}

function linesOf(cron: string, number: number): string[] {
  try {
    const frequency = parseFrequency(cron);
    return frequency.kind === 'cron' ? frequency.expressions : [];
  } catch (error) {
    throw new RangeError(`${WINDOW_FORM}; entry ${number} ${isNever(error) ? 'never comes' : 'is not'}`);
  }
}

/**
 * A start in the hour that is skipped when clocks go forward is at the end of that hour; one in the hour that comes twice is
 * at its first coming. A line means both of its days, as in a schedule. `no-wildcard`: lists (`30 2,14 * * *`) count as fixed times too.
 */
const startsOf = (line: string, timezone: string): Cron =>
  new Cron(line, { mode: '5-part', timezone, paused: true, fixedTimeRule: 'no-wildcard', domAndDow: true });

/** 0 for what is no duration. */
function millisecondsOf(text: string): number {
  const [whole, days = '0', hours = '0', minutes = '0'] =
    /^(?:(\d{1,3})d)?(?:(\d{1,4})h)?(?:(\d{1,5})m)?$/i.exec(text) ?? [];
  return whole === undefined ? 0 : Number(days) * DAY_MS + (Number(hours) * 60 + Number(minutes)) * MINUTE_MS;
}

function parseFreeze(entry: string): Freeze {
  const [, from = '', to = from] = /^(\d{4}-\d{2}-\d{2})(?:\.\.(\d{4}-\d{2}-\d{2}))?$/.exec(entry) ?? [];
  if (!isDay(from) || !isDay(to)) throw new RangeError(FREEZE_FORM);
  if (to < from) throw new RangeError(`${FREEZE_FORM}, the first day of a range before its last`);
  return { from, to };
}

function isDay(text: string): boolean {
  const time = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(time) && new Date(time).toISOString().startsWith(text);
}

export function isOpen(windows: DeployWindows, at: Date): boolean {
  return freezeAt(windows, at) === undefined && isInWindow(windows, at);
}

function isInWindow({ windows }: DeployWindows, at: Date): boolean {
  if (windows.length === 0) return true;
  return windows.some(({ starts, durationMs }) => {
    // Whatever started after this instant has not ended yet.
    const since = new Date(at.getTime() - durationMs);
    return starts.some((start) => {
      const first = start.nextRun(since);
      return first !== null && first.getTime() <= at.getTime();
    });
  });
}

const freezeAt = ({ freezes, dayOf }: DeployWindows, at: Date): Freeze | undefined => {
  if (freezes.length === 0) return undefined;
  const day = dayOf(at);
  return freezes.find(({ from, to }) => from <= day && day <= to);
};

/** `at` itself when it is open; undefined: not within 400 days. */
export function nextOpening(windows: DeployWindows, at: Date): Date | undefined {
  const end = at.getTime() + FAR_MS;
  let time: number | undefined = at.getTime();
  while (time !== undefined && time <= end) {
    const now: Date = new Date(time);
    const freeze = freezeAt(windows, now);
    if (freeze === undefined && isInWindow(windows, now)) return now;
    time = freeze ? endOf(freeze, windows, time) : nextStart(windows, now);
  }
  return undefined;
}

function nextStart({ windows }: DeployWindows, after: Date): number | undefined {
  const times = windows.flatMap(({ starts }) => starts.map((start) => start.nextRun(after)?.getTime() ?? Infinity));
  const first = Math.min(...times);
  return Number.isFinite(first) ? first : undefined;
}

/** First minute whose day is after the freeze, later than `time`: zones differ, and in some a day begins at one o'clock. */
function endOf({ to }: Freeze, { dayOf }: DeployWindows, time: number): number {
  const midnight = Date.parse(`${to}T00:00:00Z`) + DAY_MS;
  let [before, after] = [-MOST_OFFSET_MINUTES, MOST_OFFSET_MINUTES];
  while (after - before > 1) {
    const middle = Math.floor((before + after) / 2);
    if (dayOf(new Date(midnight + middle * MINUTE_MS)) > to) after = middle;
    else before = middle;
  }
  const end = midnight + after * MINUTE_MS;
  return end > time ? end : time + MINUTE_MS;
}

/** Tells the day of an instant in the zone, `2026-12-24`. */
function dayTeller(timeZone: string): (at: Date) => string {
  const format = new Intl.DateTimeFormat('en', {
    timeZone,
    calendar: 'iso8601',
    numberingSystem: 'latn',
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
  });
  return (at) => {
    const parts = format.formatToParts(at);
    const part = (type: Intl.DateTimeFormatPartTypes) => parts.find((found) => found.type === type)?.value ?? '';
    return `${part('year').padStart(4, '0')}-${part('month')}-${part('day')}`;
  };
}
