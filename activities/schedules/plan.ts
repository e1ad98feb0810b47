/** What the schedules of a stack are to be. Pure. */
import { Cron } from 'croner';
import { SCHEDULE_KINDS, type Overlap, type ScheduleKind, type WorkKind } from '../../workflows/contract.js';
import type { Frequency } from '../shared/frequency.js';

/** Which schedule of a stack. */
export interface ScheduleName {
  kind: ScheduleKind | 'job';
  /** Of a job. */
  name?: string;
}

export interface WantedSchedule extends ScheduleName {
  /** The text it was made of, for people. */
  text: string;
  frequency: Exclude<Frequency, { kind: 'none' }>;
  catchUpSeconds: number;
  timeZone: string;
  overlap: Overlap;
  /** Of a job: after how long a run is ended from outside, all of its tries together. */
  longestRunSeconds?: number;
  /** Of a job's text. */
  hash?: string;
  /** Workflow type, when another one than that of its kind does it. */
  does?: 'deployData';
  /** Its work needs the stack for itself: the keeper is asked for it. */
  asks?: WorkKind;
}

/** Unique among the schedules of a stack. */
export const keyOf = ({ kind, name }: ScheduleName): string => (name === undefined ? kind : `${kind} ${name}`);

/** Kept with a schedule; another one is another schedule. */
export const markOf = (schedule: WantedSchedule): string => {
  const { text, catchUpSeconds, timeZone, overlap, longestRunSeconds, hash, asks, does } = schedule;
  return JSON.stringify([text, catchUpSeconds, timeZone, overlap, longestRunSeconds, hash, asks, does]);
};

export interface SchedulePlan {
  create: WantedSchedule[];
  update: WantedSchedule[];
  remove: ScheduleName[];
}

/** Temporal's floor for a catch-up window. */
const LEAST_CATCH_UP_SECONDS = 10;

export const FIXED: readonly ScheduleName[] = SCHEDULE_KINDS.map((kind) => ({ kind }));

/** `existing`: what is there, each with its mark. */
export function planSchedules(
  wanted: readonly WantedSchedule[],
  existing: readonly (ScheduleName & { mark: string })[],
): SchedulePlan {
  const marks = new Map(existing.map((schedule) => [keyOf(schedule), schedule.mark]));
  const keys = new Set(wanted.map(keyOf));
  const markIn = (schedule: WantedSchedule) => marks.get(keyOf(schedule));
  return {
    create: wanted.filter((schedule) => markIn(schedule) === undefined),
    update: wanted.filter((schedule) => ![undefined, markOf(schedule)].includes(markIn(schedule))),
    remove: existing
      .filter((schedule) => !keys.has(keyOf(schedule)))
      .map(({ kind, name }) => (name === undefined ? { kind } : { kind, name })),
  };
}

/** Undefined when there is to be none. */
export function wantedSchedule(
  { kind, name }: ScheduleName,
  text: string,
  frequency: Frequency,
  { now, ...more }: { now: Date; timeZone: string } & Partial<WantedSchedule>,
): WantedSchedule | undefined {
  if (frequency.kind === 'none') return undefined;
  return {
    kind,
    ...(name === undefined ? {} : { name }),
    text: text.trim(),
    frequency,
    catchUpSeconds: Math.max(LEAST_CATCH_UP_SECONDS, periodSeconds(frequency, now)),
    overlap: 'skip',
    ...more,
  };
}

/** A run missed while the machine was down runs once on return: the window is one period. */
export function periodSeconds(frequency: Exclude<Frequency, { kind: 'none' }>, now: Date): number {
  if (frequency.kind === 'interval') return frequency.seconds;
  const periods = frequency.expressions.map((expression) => {
    const [first, second] = new Cron(expression, { timezone: 'UTC', domAndDow: true }).nextRuns(2, now);
    return first && second ? (second.getTime() - first.getTime()) / 1_000 : LEAST_CATCH_UP_SECONDS;
  });
  return Math.max(...periods);
}
