import { ScheduleNotFoundError, type Client } from '@temporalio/client';
import type { Job } from '../activities/jobs/model.js';
import { scheduleId, type StackRef } from '../workflows/contract.js';

/**
 * Starts the jobs that are to run whenever the scheduler starts, by their schedules, so that none runs twice at a time. What a person
 * paused stays paused. Gives the names of those that were started.
 */
export async function startJobs(client: Client, ref: StackRef, jobs: readonly Job[]): Promise<string[]> {
  const started: string[] = [];
  for (const { name, onStart } of jobs) {
    if (!onStart) continue;
    try {
      const handle = client.schedule.getHandle(scheduleId('job', ref, name));
      if ((await handle.describe()).state.paused) continue;
      await handle.trigger();
      started.push(name);
    } catch (error) {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    }
  }
  return started;
}
