/** What the schedules of a stack are to be. Pure. */
import { Cron } from 'croner';
import { SCHEDULE_KINDS, type ScheduleKind } from '../../workflows/contract.js';
import type { Frequency } from '../shared/frequency.js';

export interface WantedSchedule {
  kind: ScheduleKind;
  /** The text it was made of; kept with the schedule, by which a change is seen. */
  text: string;
  frequency: Exclude<Frequency, { kind: 'none' }>;
  catchUpSeconds: number;
}

export interface SchedulePlan {
  create: WantedSchedule[];
  update: WantedSchedule[];
  remove: ScheduleKind[];
}

/** Temporal's floor for a catch-up window. */
const LEAST_CATCH_UP_SECONDS = 10;

/** `existing`: text by kind of the schedules that are there. */
export function planSchedules(
  wanted: readonly WantedSchedule[],
  existing: ReadonlyMap<ScheduleKind, string>,
): SchedulePlan {
  return {
    create: wanted.filter(({ kind }) => !existing.has(kind)),
    update: wanted.filter(({ kind, text }) => existing.has(kind) && existing.get(kind) !== text),
    remove: SCHEDULE_KINDS.filter((kind) => existing.has(kind) && !wanted.some((schedule) => schedule.kind === kind)),
  };
}

export function wantedSchedule(
  kind: ScheduleKind,
  text: string,
  frequency: Frequency,
  now: Date,
): WantedSchedule | undefined {
  if (frequency.kind === 'none') return undefined;
  return {
    kind,
    text: text.trim(),
    frequency,
    catchUpSeconds: Math.max(LEAST_CATCH_UP_SECONDS, periodSeconds(frequency, now)),
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
