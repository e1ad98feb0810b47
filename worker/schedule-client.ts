import {
  ScheduleAlreadyRunning,
  ScheduleNotFoundError,
  ScheduleOverlapPolicy,
  type ScheduleClient,
  type ScheduleSpec,
} from '@temporalio/client';
import type { Schedules } from '../activities/schedules/index.js';
import { FIXED, markOf, type ScheduleName, type WantedSchedule } from '../activities/schedules/plan.js';
import { describeSchedule } from '../client/describe-schedule.js';
import { SCHEDULED_WORKFLOW, scheduleId, taskQueueOf, type Overlap, type StackRef } from '../workflows/contract.js';
import { attribute } from '../workflows/search-attributes.js';

/** A run that hangs is ended, because an open run silently skips every later one. */
const LONGEST_RUN_SECONDS: Readonly<Record<ScheduleName['kind'], number>> = {
  autodeploy: 20 * 60,
  notebooks: 3_600,
  backup: 36 * 3_600,
  verify: 36 * 3_600,
  logrotate: 4 * 3_600,
  weaver: 26 * 3_600,
  cowbird: 3_600,
  job: 86_400,
};

const OVERLAP: Readonly<Record<Overlap, ScheduleOverlapPolicy>> = {
  skip: ScheduleOverlapPolicy.SKIP,
  'buffer-one': ScheduleOverlapPolicy.BUFFER_ONE,
  'buffer-all': ScheduleOverlapPolicy.BUFFER_ALL,
  'cancel-other': ScheduleOverlapPolicy.CANCEL_OTHER,
  'allow-all': ScheduleOverlapPolicy.ALLOW_ALL,
};

/** Schedules on Temporal. */
export function temporalSchedules(client: ScheduleClient): Schedules {
  const handleOf = (stack: StackRef, { kind, name }: ScheduleName) => client.getHandle(scheduleId(kind, stack, name));
  const update = (stack: StackRef, schedule: WantedSchedule) =>
    handleOf(stack, schedule).update((former) => ({ ...former, ...definitionOf(stack, schedule) }));
  return {
    async existing(stack, jobs) {
      const names = new Set([...jobs, ...(await listedJobs(client, stack))]);
      const known = [...FIXED, ...[...names].map((name): ScheduleName => ({ kind: 'job', name }))];
      const found: (ScheduleName & { mark: string })[] = [];
      for (let at = 0; at < known.length; at += AT_ONCE) {
        const some = known.slice(at, at + AT_ONCE);
        const marks = await Promise.all(some.map((name) => markIn(client, stack, name)));
        marks.forEach((mark, index) => {
          const name = some[index];
          if (mark !== undefined && name !== undefined) found.push({ ...name, mark });
        });
      }
      return found;
    },
    async create(stack, schedule) {
      const { kind, name } = schedule;
      try {
        await client.create({ scheduleId: scheduleId(kind, stack, name), ...definitionOf(stack, schedule) });
      } catch (error) {
        // Another step, which ran at the same time, made it.
        if (!(error instanceof ScheduleAlreadyRunning)) throw error;
        await update(stack, schedule);
      }
    },
    update,
    async remove(stack, schedule) {
      try {
        await handleOf(stack, schedule).delete();
      } catch (error) {
        if (!(error instanceof ScheduleNotFoundError)) throw error;
      }
    },
  };
}

const AT_ONCE = 20;

async function listedJobs(client: ScheduleClient, stack: StackRef): Promise<string[]> {
  const prefix = `${scheduleId('job', stack)}/`;
  const names: string[] = [];
  for await (const { scheduleId: id } of client.list()) if (id.startsWith(prefix)) names.push(id.slice(prefix.length));
  return names;
}

/** Undefined when there is no such schedule; empty when another program made it. */
async function markIn(
  client: ScheduleClient,
  stack: StackRef,
  { kind, name }: ScheduleName,
): Promise<string | undefined> {
  try {
    const { action } = await describeSchedule(client, scheduleId(kind, stack, name));
    const mark = action.memo?.['mark'];
    return typeof mark === 'string' ? mark : '';
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

function definitionOf(stack: StackRef, schedule: WantedSchedule) {
  const { kind, name, catchUpSeconds, frequency, text, timeZone, overlap, longestRunSeconds, asks, does } = schedule;
  const spec: ScheduleSpec =
    frequency.kind === 'interval'
      ? { intervals: [{ every: frequency.seconds * 1_000 }] }
      : { cronExpressions: frequency.expressions, timezone: timeZone };
  return {
    spec,
    policies: { overlap: OVERLAP[overlap], catchupWindow: catchUpSeconds * 1_000 },
    action: {
      type: 'startWorkflow' as const,
      workflowType: asks === undefined ? (does ?? SCHEDULED_WORKFLOW[kind]) : 'requestWork',
      workflowId: `${scheduleId(kind, stack, name)}/run`,
      taskQueue: taskQueueOf(stack.host),
      args: [argumentOf(stack, schedule)],
      // Not the schedule's note: that is where a person who pauses it says why.
      memo: { frequency: text, mark: markOf(schedule) },
      workflowExecutionTimeout: longestRunOf(kind, longestRunSeconds, asks !== undefined),
      typedSearchAttributes: [attribute('Stack', stack.stack), attribute('Host', stack.host)],
      staticSummary: `${name === undefined ? kind : `job ${name}`} of ${stack.stack} (${text})`,
    },
  };
}

/** How long work may wait for its turn. */
const DEADLINE_SECONDS = 6 * 3_600;

function longestRunOf(kind: ScheduleName['kind'], seconds: number | undefined, asks: boolean): number {
  return ((seconds ?? LONGEST_RUN_SECONDS[kind]) + (asks ? DEADLINE_SECONDS : 0)) * 1_000;
}

function argumentOf(stack: StackRef, { name, hash, asks }: WantedSchedule): object {
  const names = name === undefined ? {} : { name, ...(hash === undefined ? {} : { hash }) };
  if (asks === undefined) return { v: 1, ...stack, ...names };
  return { v: 1, ...stack, kind: asks, deadlineSeconds: DEADLINE_SECONDS, input: names };
}
