/** What the server knows of schedules, as `birdkeeper schedules` and `jobs` tell it. */
import { z } from 'zod';

export const ScheduleReport = z.object({
  /** autodeploy, notebooks, backup … */
  kind: z.string(),
  /** Of several schedules of one kind: which. */
  name: z.string().exactOptional(),
  id: z.string(),
  /** Text of the setting that it was made of; empty when another program made it. */
  frequency: z.string(),
  /** Null while it is paused, and when it never runs again. */
  next: z.string().nullable(),
  last: z
    .object({
      at: z.string(),
      workflowId: z.string(),
      outcome: z.string(),
      /** How much later it began than it was due. */
      lagSeconds: z.number(),
      /** Null while it runs. */
      seconds: z.number().nullable(),
    })
    .nullable(),
  /** Runs that were left out because one ran already, and because they were too late. */
  skipped: z.number(),
  missed: z.number(),
  /** Why it is paused; null when it is not. */
  paused: z.string().nullable(),
});
export type ScheduleReport = z.infer<typeof ScheduleReport>;

/** What `birdkeeper schedules --json` prints. */
export const SchedulesAnswer = z.object({
  stack: z.string(),
  host: z.string(),
  schedules: z.array(ScheduleReport),
});
export type SchedulesAnswer = z.infer<typeof SchedulesAnswer>;

/** What `birdkeeper jobs --json` prints: every schedule but that of the looks. */
export const JobsAnswer = z.object({ stack: z.string(), host: z.string(), jobs: z.array(ScheduleReport) });
export type JobsAnswer = z.infer<typeof JobsAnswer>;
