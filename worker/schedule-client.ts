import {
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleClient,
  type ScheduleSpec,
} from '@temporalio/client';
import type { Schedules } from '../activities/schedules/index.js';
import { noteOf, type WantedSchedule } from '../activities/schedules/plan.js';
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
        SCHEDULE_KINDS.map(async (kind) => [kind, await noteIn(client, kind, stack)] as const),
      );
      return new Map(found.flatMap(([kind, note]) => (note === undefined ? [] : [[kind, note]])));
    },
    async create(stack, schedule) {
      const { action, policies, spec, note } = definitionOf(stack, schedule);
      await client.create({ scheduleId: scheduleId(schedule.kind, stack), action, policies, spec, state: { note } });
    },
    async update(stack, schedule) {
      const { action, policies, spec, note } = definitionOf(stack, schedule);
      await client
        .getHandle(scheduleId(schedule.kind, stack))
        .update((former) => ({ ...former, action, policies, spec, state: { ...former.state, note } }));
    },
    async remove(stack, kind) {
      await client.getHandle(scheduleId(kind, stack)).delete();
    },
  };
}

async function noteIn(client: ScheduleClient, kind: ScheduleKind, stack: StackRef): Promise<string | undefined> {
  try {
    return (await client.getHandle(scheduleId(kind, stack)).describe()).state.note ?? '';
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
    note: noteOf(schedule),
    policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: catchUpSeconds * 1_000 },
    action: {
      type: 'startWorkflow' as const,
      workflowType: SCHEDULED_WORKFLOW[kind],
      workflowId: `${scheduleId(kind, stack)}/run`,
      taskQueue: taskQueueOf(stack.host),
      args: [{ v: 1, ...stack }],
      workflowExecutionTimeout: LONGEST_RUN[kind] as '20 minutes',
      typedSearchAttributes: [attribute('Stack', stack.stack), attribute('Host', stack.host)],
      staticSummary: `${kind} of ${stack.stack} (${text})`,
    },
  };
}
