import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, ServiceError, type ScheduleClient, type ScheduleDescription } from '@temporalio/client';

const TRIES = 5;
const CANCELLED = 1;

/**
 * What the server says of a schedule. It cancels a look at one that it is just changing (1.29.1); nothing is lost by another.
 * Throws ScheduleNotFoundError.
 */
export async function describeSchedule(client: ScheduleClient, id: string): Promise<ScheduleDescription> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await client.getHandle(id).describe();
    } catch (error) {
      const cause = error instanceof ServiceError ? error.cause : error;
      const passes = isGrpcServiceError(cause) && Number(cause.code) === CANCELLED;
      if (!passes || attempt >= TRIES) throw error;
      await sleep(100 * attempt);
    }
  }
}
