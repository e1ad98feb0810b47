import {
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleClient,
  type ScheduleSpec,
} from '@temporalio/client';
import type { Schedules } from '../activities/schedules/index.js';
import type { WantedSchedule } from '../activities/schedules/plan.js';
import {
  SCHEDULE_KINDS,
  SCHEDULED_WORKFLOW,
  scheduleId,
  taskQueueOf,
  type ScheduleKind,
  type StackRef,
} from '../workflows/contract.js';
import { attribute } from '../workflows/search-attributes.js';

/** A run that hangs is ended, because an open run silently skips every later one. */
const LONGEST_RUN: Readonly<Record<ScheduleKind, string>> = {
  autodeploy: '20 minutes',
  notebooks: '1 hour',
  backup: '8 hours',
};

/** Schedules on Temporal. */
export function temporalSchedules(client: ScheduleClient): Schedules {
  return {
    async existing(stack) {
      const found = await Promise.all(
        SCHEDULE_KINDS.map(async (kind) => [kind, await textOf(client, kind, stack)] as const),
      );
      return new Map(found.flatMap(([kind, text]) => (text === undefined ? [] : [[kind, text]])));
    },
    async create(stack, schedule) {
      await client.create({ scheduleId: scheduleId(schedule.kind, stack), ...definitionOf(stack, schedule) });
    },
    async update(stack, schedule) {
      const handle = client.getHandle(scheduleId(schedule.kind, stack));
      await handle.update((former) => ({ ...former, ...definitionOf(stack, schedule) }));
    },
    async remove(stack, kind) {
      await client.getHandle(scheduleId(kind, stack)).delete();
    },
  };
}

/** Undefined when there is no such schedule; empty when another program made it. */
async function textOf(client: ScheduleClient, kind: ScheduleKind, stack: StackRef): Promise<string | undefined> {
  try {
    const { action } = await client.getHandle(scheduleId(kind, stack)).describe();
    const text = action.memo?.['frequency'];
    return typeof text === 'string' ? text : '';
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

function definitionOf(stack: StackRef, schedule: WantedSchedule) {
  const { kind, catchUpSeconds, frequency, text } = schedule;
  const spec: ScheduleSpec =
    frequency.kind === 'interval'
      ? { intervals: [{ every: frequency.seconds * 1_000 }] }
      : { cronExpressions: frequency.expressions, timezone: 'UTC' };
  return {
    spec,
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchUpSeconds * 1_000 },
    action: {
      type: 'startWorkflow' as const,
      workflowType: SCHEDULED_WORKFLOW[kind],
      workflowId: `${scheduleId(kind, stack)}/run`,
      taskQueue: taskQueueOf(stack.host),
      args: [{ v: 1, ...stack }],
      // Not the schedule's note: that is where a person who pauses it says why.
      memo: { frequency: text },
      workflowExecutionTimeout: LONGEST_RUN[kind] as '20 minutes',
      typedSearchAttributes: [attribute('Stack', stack.stack), attribute('Host', stack.host)],
      staticSummary: `${kind} of ${stack.stack} (${text})`,
    },
  };
}
