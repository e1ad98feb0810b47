/** Where the time of a run went, from the events of its history. Pure. */
import { z } from 'zod';

const RawHistory = z.object({
  events: z.array(
    z.object({
      eventId: z.coerce.number(),
      eventTime: z.string(),
      eventType: z.string(),
      activityTaskScheduledEventAttributes: z.object({ activityType: z.object({ name: z.string() }) }).optional(),
      activityTaskCompletedEventAttributes: z.object({ scheduledEventId: z.coerce.number() }).optional(),
    }),
  ),
});

/** One event, as far as it matters here. */
export interface TimedEvent {
  /** `ACTIVITY_TASK_SCHEDULED` … */
  type: string;
  id: number;
  /** Milliseconds since 1970. */
  at: number;
  /** Of a scheduled activity. */
  activity?: string;
  /** Of a completed activity: the event that scheduled it. */
  completes?: number;
}

export interface ActivityTime {
  activity: string;
  /** Milliseconds since 1970. */
  scheduledAt: number;
  completedAt: number;
}

/** Events of a history in the JSON form of Temporal. Throws when it is none. */
export function eventsOf(json: string): TimedEvent[] {
  return RawHistory.parse(JSON.parse(json)).events.map((event) => {
    const activity = event.activityTaskScheduledEventAttributes?.activityType.name;
    const completes = event.activityTaskCompletedEventAttributes?.scheduledEventId;
    return {
      type: event.eventType.replace(/^EVENT_TYPE_/, ''),
      id: event.eventId,
      at: Date.parse(event.eventTime),
      ...(activity === undefined ? {} : { activity }),
      ...(completes === undefined ? {} : { completes }),
    };
  });
}

/** Every activity that completed, in the order in which they were scheduled. */
export function activityTimes(events: readonly TimedEvent[]): ActivityTime[] {
  const completed = new Map(events.flatMap(({ completes, at }) => (completes === undefined ? [] : [[completes, at]])));
  return events.flatMap(({ id, at, activity }) => {
    const completedAt = completed.get(id);
    return activity === undefined || completedAt === undefined ? [] : [{ activity, scheduledAt: at, completedAt }];
  });
}

/** Seconds by activity, those that ran twice told apart by their turn: `observeStack`, `observeStack 2`. */
export function secondsByActivity(times: readonly ActivityTime[]): Record<string, number> {
  const seconds: Record<string, number> = {};
  for (const { activity, scheduledAt, completedAt } of times) {
    let name = activity;
    for (let turn = 2; name in seconds; turn += 1) name = `${activity} ${turn}`;
    seconds[name] = (completedAt - scheduledAt) / 1000;
  }
  return seconds;
}
