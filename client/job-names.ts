/** What a job is called on the command line. Pure. */
import { SCHEDULE_KINDS, scheduleId, type StackRef } from '../workflows/contract.js';
import type { ScheduleReport } from './schedule-schemas.js';

const OWN = 'job/';
const kindOf = (word: string) => SCHEDULE_KINDS.find((kind) => kind === word);

/** One of the stack's own that has the name of one of ours is told apart: `job/backup`. */
export function calledName({ kind, name }: Pick<ScheduleReport, 'kind' | 'name'>): string {
  if (name === undefined) return kind;
  return kindOf(name) === undefined ? name : `${OWN}${name}`;
}

/** Ids of the schedules that somebody may mean by a word, best first. */
export function idsOf(word: string, stack: StackRef): string[] {
  const kind = kindOf(word);
  return [...(kind === undefined ? [] : [scheduleId(kind, stack)]), scheduleId('job', stack, jobIn(word))];
}

/** Name of the stack's own job. */
export const jobIn = (word: string): string => (word.startsWith(OWN) ? word.slice(OWN.length) : word);
