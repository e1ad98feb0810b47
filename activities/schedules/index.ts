/** Makes Temporal's schedules what a configuration says. The client is handed in: activities do not connect. */
import type { ScheduleKind, StackRef } from '../../workflows/contract.js';
import type { WantedSchedule } from './plan.js';
import { planSchedules } from './plan.js';

/** What is needed of a schedule client; `worker/schedule-client.ts` stands on Temporal. */
export interface Schedules {
  /** The frequency's text by kind of the schedules that exist for this stack. */
  existing(stack: StackRef): Promise<Map<ScheduleKind, string>>;
  create(stack: StackRef, schedule: WantedSchedule): Promise<void>;
  /** Keeps what a person did: a paused schedule stays paused, with the person's note. */
  update(stack: StackRef, schedule: WantedSchedule): Promise<void>;
  remove(stack: StackRef, kind: ScheduleKind): Promise<void>;
}

/** Returns a sentence per schedule that changed. Safe to run twice: the second time nothing differs. */
export async function reconcile(
  stack: StackRef,
  wanted: readonly WantedSchedule[],
  schedules: Schedules,
): Promise<string[]> {
  const plan = planSchedules(wanted, await schedules.existing(stack));
  for (const schedule of plan.create) await schedules.create(stack, schedule);
  for (const schedule of plan.update) await schedules.update(stack, schedule);
  for (const kind of plan.remove) await schedules.remove(stack, kind);
  return [
    ...plan.create.map(({ kind, text }) => `created ${kind}: ${text}`),
    ...plan.update.map(({ kind, text }) => `changed ${kind}: ${text}`),
    ...plan.remove.map((kind) => `removed ${kind}`),
  ];
}
