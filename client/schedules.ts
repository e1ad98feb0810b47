/** The schedules of a stack as the server has them. */
import { ScheduleNotFoundError, WorkflowNotFoundError, type ScheduleDescription } from '@temporalio/client';
import { SCHEDULE_KINDS, scheduleId, type StackRef } from '../workflows/contract.js';
import type { Session } from './connection.js';
import { describeSchedule } from './describe-schedule.js';
import type { ScheduleReport } from './schedule-schemas.js';

const LIST_LIMIT_MS = 10_000;

/** Needs no worker. The kinds that we know come first; those that only the server knows follow. */
export async function stackSchedules(session: Session, ref: StackRef): Promise<ScheduleReport[]> {
  const known = SCHEDULE_KINDS.map((kind) => scheduleId(kind, ref));
  const listed = await session.within(() => listedIds(session, ref), LIST_LIMIT_MS);
  const ids = [...known, ...listed.filter((id) => !known.includes(id)).sort()];
  const found = await Promise.all(ids.map((id) => describe(session, id, ref)));
  return found.flatMap((schedule) => schedule ?? []);
}

/** Ids of all schedules of the stack, as the server lists them: a moment late. */
export async function listedIds(session: Session, ref: StackRef): Promise<string[]> {
  const ids: string[] = [];
  for await (const { scheduleId: id } of session.client.schedule.list()) if (partsOf(id, ref)) ids.push(id);
  return ids;
}

/** `KIND/HOST/STACK` or `KIND/HOST/STACK/NAME`; undefined for a schedule of another stack. Pure. */
export function partsOf(id: string, { host, stack }: StackRef): { kind: string; name?: string } | undefined {
  const [kind = '', itsHost, itsStack, ...name] = id.split('/');
  if (kind === '' || itsHost !== host || itsStack !== stack) return undefined;
  return name.length === 0 ? { kind } : { kind, name: name.join('/') };
}

async function describe(session: Session, id: string, ref: StackRef): Promise<ScheduleReport | undefined> {
  try {
    const described = await session.within(() => describeSchedule(session.client.schedule, id), LIST_LIMIT_MS);
    const { paused, note = '' } = described.state;
    return {
      ...(partsOf(id, ref) ?? { kind: id }),
      id,
      frequency: frequencyOf(described),
      next: paused ? null : (described.info.nextActionTimes[0]?.toISOString() ?? null),
      last: await lastRun(session, described),
      paused: paused ? note : null,
      skipped: described.info.numActionsSkippedOverlap,
      missed: described.info.numActionsMissedCatchupWindow,
    };
  } catch (error) {
    if (error instanceof ScheduleNotFoundError) return undefined;
    throw error;
  }
}

/** The text that the schedule was made of; empty when another program made it. */
function frequencyOf({ action }: ScheduleDescription): string {
  const text = action.memo?.['frequency'];
  return typeof text === 'string' ? text : '';
}

async function lastRun(session: Session, { info }: ScheduleDescription): Promise<ScheduleReport['last']> {
  const newest = info.recentActions.at(-1);
  if (newest === undefined) return null;
  const { workflowId, firstExecutionRunId } = newest.action.workflow;
  return {
    at: newest.takenAt.toISOString(),
    workflowId,
    lagSeconds: Math.max(0, (newest.takenAt.getTime() - newest.scheduledAt.getTime()) / 1_000),
    ...(await endOf(session, workflowId, firstExecutionRunId)),
  };
}

async function endOf(
  session: Session,
  workflowId: string,
  runId: string,
): Promise<{ outcome: string; seconds: number | null }> {
  try {
    const handle = session.client.workflow.getHandle(workflowId, runId);
    const { status, searchAttributes, startTime, closeTime } = await session.within(
      () => handle.describe(),
      LIST_LIMIT_MS,
    );
    return {
      outcome: outcomeWord(status.name, searchAttributes['Outcome']?.[0]),
      seconds: closeTime === undefined ? null : (closeTime.getTime() - startTime.getTime()) / 1_000,
    };
  } catch (error) {
    // Kept for 30 days; a yearly schedule's run is gone.
    if (error instanceof WorkflowNotFoundError) return { outcome: 'not known', seconds: null };
    throw error;
  }
}

/** What the workflow itself says of its end, else what the server says. Pure. */
export function outcomeWord(status: string, attribute: unknown): string {
  if (['COMPLETED', 'FAILED'].includes(status) && typeof attribute === 'string') return attribute;
  return WORDS[status] ?? status.toLowerCase().replaceAll('_', ' ');
}

const WORDS: Readonly<Record<string, string>> = { CANCELLED: 'cancelled', CONTINUED_AS_NEW: 'running' };
