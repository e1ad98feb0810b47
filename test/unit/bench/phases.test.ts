import { describe, expect, it } from 'vitest';
import { activityTimes, eventsOf, secondsByActivity } from '../../../bench/phases.js';

const at = (milliseconds: number) => new Date(milliseconds).toISOString();
const scheduled = (eventId: string, time: number, name: string) => ({
  eventId,
  eventTime: at(time),
  eventType: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
  activityTaskScheduledEventAttributes: { activityType: { name }, taskQueue: {} },
});
const completed = (eventId: string, time: number, scheduledEventId: string) => ({
  eventId,
  eventTime: at(time),
  eventType: 'EVENT_TYPE_ACTIVITY_TASK_COMPLETED',
  activityTaskCompletedEventAttributes: { scheduledEventId, startedEventId: '6' },
});

const EVENTS = eventsOf(
  JSON.stringify({
    events: [
      { eventId: '1', eventTime: at(0), eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED' },
      scheduled('5', 1_000, 'observeStack'),
      { eventId: '6', eventTime: at(1_500), eventType: 'EVENT_TYPE_ACTIVITY_TASK_STARTED' },
      completed('7', 3_000, '5'),
      scheduled('11', 4_000, 'observeStack'),
      completed('13', 4_500, '11'),
      scheduled('17', 5_000, 'stageRelease'),
    ],
  }),
);

describe('bench/phases', () => {
  it('reads the events of a history', () => {
    expect(EVENTS[0]).toEqual({ type: 'WORKFLOW_EXECUTION_STARTED', id: 1, at: 0 });
    expect(EVENTS[3]).toEqual({ type: 'ACTIVITY_TASK_COMPLETED', id: 7, at: 3_000, completes: 5 });
  });

  it('an activity lasts from its scheduling to its result; one without a result is left out', () => {
    expect(activityTimes(EVENTS)).toEqual([
      { activity: 'observeStack', scheduledAt: 1_000, completedAt: 3_000 },
      { activity: 'observeStack', scheduledAt: 4_000, completedAt: 4_500 },
    ]);
  });

  it('turns of one activity are told apart', () => {
    expect(secondsByActivity(activityTimes(EVENTS))).toEqual({ observeStack: 2, 'observeStack 2': 0.5 });
  });

  it('a text that is no history is refused', () => {
    expect(() => eventsOf('{}')).toThrow();
  });
});
