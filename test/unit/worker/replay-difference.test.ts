import { describe, expect, it } from 'vitest';
import { describeDifference, HistoryJson, workflowTypeOf } from '../../../worker/replay-difference.js';

const history = HistoryJson.parse({
  events: [
    {
      eventId: '1',
      eventType: 'EVENT_TYPE_WORKFLOW_EXECUTION_STARTED',
      workflowExecutionStartedEventAttributes: { workflowType: { name: 'story' } },
    },
    {
      eventId: '5',
      eventType: 'EVENT_TYPE_ACTIVITY_TASK_SCHEDULED',
      activityTaskScheduledEventAttributes: { activityType: { name: 'pullImages' } },
    },
    { eventId: '11', eventType: 'TimerStarted', timerStartedEventAttributes: { timerId: '1' } },
  ],
});
const failure = (text: string) =>
  `Replay failed. Details: Failure { failure: Some(Failure { message: "${text}", source: "" }) }`;

describe('worker/replay-difference', () => {
  it('names the event and the two activities', () => {
    const text =
      "[TMPRL1100] Nondeterminism error: Activity type of scheduled event 'pullImages' does not match activity type of activity command 'stage'";
    expect(describeDifference(failure(text), history)).toBe(
      'event 5, ActivityTaskScheduled pullImages, is in the history; this code asks for stage there.',
    );
  });

  it('names the event and the command that came instead', () => {
    const text =
      '[TMPRL1100] Nondeterminism error: Activity machine does not handle this event: HistoryEvent(id: 11, TimerStarted)';
    expect(describeDifference(failure(text), history)).toBe(
      'event 11, TimerStarted timer 1, is in the history; this code gives the command "Activity" there.',
    );
  });

  it('says when this code has no such workflow', () => {
    const text = "Failed to initialize workflow of type 'story': no such function is exported by the workflow bundle";
    expect(describeDifference(failure(text), history)).toBe('this code has no workflow of type story.');
    expect(workflowTypeOf(history)).toBe('story');
  });

  it('gives what it does not recognise as it is', () => {
    expect(describeDifference(failure('[TMPRL1100] Nondeterminism error: new words'), history)).toBe('new words');
    expect(describeDifference('plain\ntrace', history)).toBe('plain');
  });

  it('refuses what is no history', () => {
    expect(HistoryJson.safeParse({ events: [] }).success).toBe(false);
    expect(HistoryJson.safeParse('x').success).toBe(false);
  });
});
