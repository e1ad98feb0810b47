/** Makes Temporal's schedules what a configuration says. The client is handed in: activities do not connect. */
import type { StackRef } from '../../workflows/contract.js';
import { keyOf, planSchedules, type ScheduleName, type WantedSchedule } from './plan.js';

/** What is needed of a schedule client; `worker/schedule-client.ts` stands on Temporal. */
export interface Schedules {
  /**
   * The schedules of this stack that exist, with their marks: the fixed ones, those of the jobs that are named, and those of
   * jobs that the server lists, which it does a moment late.
   */
  existing(stack: StackRef, jobs: readonly string[]): Promise<(ScheduleName & { mark: string })[]>;
  create(stack: StackRef, schedule: WantedSchedule): Promise<void>;
  /** Keeps what a person did: a paused schedule stays paused, with the person's note. */
  update(stack: StackRef, schedule: WantedSchedule): Promise<void>;
  /** Gone already: nothing happens. */
  remove(stack: StackRef, schedule: ScheduleName): Promise<void>;
}

/**
 * Returns a sentence per schedule that changed. Safe to run twice: the second time nothing differs. `formerJobs`: names of jobs
 * that may have a schedule from before.
 */
export async function reconcile(
  stack: StackRef,
  wanted: readonly WantedSchedule[],
  schedules: Schedules,
  formerJobs: readonly string[] = [],
): Promise<string[]> {
  const jobs = new Set([...formerJobs, ...wanted.flatMap(({ kind, name }) => (kind === 'job' && name ? [name] : []))]);
  const plan = planSchedules(wanted, await schedules.existing(stack, [...jobs]));
  await inTurns(plan.create, (schedule) => schedules.create(stack, schedule));
  await inTurns(plan.update, (schedule) => schedules.update(stack, schedule));
  await inTurns(plan.remove, (schedule) => schedules.remove(stack, schedule));
  return [
    ...plan.create.map((schedule) => `created ${keyOf(schedule)}: ${schedule.text}`),
    ...plan.update.map((schedule) => `changed ${keyOf(schedule)}: ${schedule.text}`),
    ...plan.remove.map((schedule) => `removed ${keyOf(schedule)}`),
  ];
}

/** Hundreds of jobs need not wait for each other, and must not flood the server. */
const AT_ONCE = 20;

async function inTurns<T>(all: readonly T[], act: (one: T) => Promise<void>): Promise<void> {
  for (let at = 0; at < all.length; at += AT_ONCE) await Promise.all(all.slice(at, at + AT_ONCE).map(act));
}
