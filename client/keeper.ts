/** Typed calls to the workflows of one stack. */
import {
  isGrpcDeadlineError,
  isGrpcServiceError,
  QueryNotRegisteredError,
  ScheduleNotFoundError,
  ServiceError,
  WorkflowNotFoundError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
  type WorkflowExecutionDescription,
} from '@temporalio/client';
import type { z } from 'zod';
import {
  deploymentId,
  keeperId,
  QUERIES,
  SCHEDULE_KINDS,
  scheduleId,
  SIGNALS,
  UPDATES,
  type StackRef,
} from '../workflows/contract.js';
import type { DeployAnswer as DeployAnswerType, DeployAsk } from '../workflows/keep-stack/messages.js';
import type { DeploymentStatus as DeploymentStatusType, KeeperStatus as KeeperStatusType } from '../workflows/model.js';
import { isWorkerPolling, noWorker, type Session } from './connection.js';
import { listedIds } from './schedules.js';
import { DeployAnswer, DeploymentStatus, DeployResult, KeeperStatus, RollbackAnswer } from './schemas.js';

/** What a workflow answered, or why it did not. no worker: nobody runs its code now. */
export type Answer<T> = { is: 'answer'; value: T } | { is: 'not found' } | { is: 'no worker' };

/** What the keeper knows. One that was ended answers queries still: it is taken for not found. */
export async function askKeeper(session: Session, ref: StackRef): Promise<Answer<KeeperStatusType>> {
  if ((await openExecution(session, keeperId(ref))) === undefined) return { is: 'not found' };
  return query(session, keeperId(ref), KeeperStatus);
}

/**
 * The keeper's answer, or none when there is no keeper. Throws `CommandEnd` (unreachable) when no worker runs: one that was
 * killed seems to poll for a minute or so, so that only an answer proves a worker.
 */
export async function requireAnsweringWorker(
  session: Session,
  ref: StackRef,
  stackDirectory: string,
): Promise<KeeperStatusType | undefined> {
  const answer = (await isWorkerPolling(session, ref.host)) ? await askKeeper(session, ref) : undefined;
  if (answer?.is === 'answer') return answer.value;
  if (answer?.is === 'not found') return undefined;
  throw noWorker(ref.host, session.choice, stackDirectory);
}

/** Where a deployment is. A closed one answers too, as long as a worker runs. */
export const askDeployment = (session: Session, ref: StackRef, number: number): Promise<Answer<DeploymentStatusType>> =>
  query(session, deploymentId(ref, number), DeploymentStatus);

/** Asks the keeper for a deployment; answers at once with the number of the one that will look. */
export function askForDeployment(
  session: Session,
  ref: StackRef,
  ask: DeployAsk & Asking,
): Promise<Answer<DeployAnswerType>> {
  return answered(async () => {
    const handle = session.client.workflow.getHandle(keeperId(ref));
    return DeployAnswer.parse(
      await session.within(() => handle.executeUpdate<unknown, [typeof ask]>(UPDATES.deploy, { args: [ask] })),
    );
  });
}

export interface Asking {
  /** `user@host`. */
  by: string;
  reason?: string;
}

/** Asks the keeper to go back to a former release; the one before that which runs, unless a number is given. */
export function askForRollback(
  session: Session,
  ref: StackRef,
  ask: Asking & { number?: number },
): Promise<Answer<RollbackAnswer>> {
  return answered(async () => {
    const handle = session.client.workflow.getHandle(keeperId(ref));
    return RollbackAnswer.parse(
      await session.within(() => handle.executeUpdate<unknown, [typeof ask]>(UPDATES.rollback, { args: [ask] })),
    );
  });
}

/** Leaves a message for the keeper; what became of it is seen in its status. False: there is no keeper. */
export async function tellKeeper(
  session: Session,
  ref: StackRef,
  signal: Exclude<keyof typeof SIGNALS, 'deploymentNeeded'>,
  payload: Asking & { number?: number },
): Promise<boolean> {
  const handle = session.client.workflow.getHandle(keeperId(ref));
  return ifThere(() => handle.signal<[typeof payload]>(SIGNALS[signal], payload), session);
}

/** Waits until a deployment closed, and gives its result. Throws what Temporal throws when it failed as a workflow. */
export async function deploymentResult(session: Session, ref: StackRef, number: number): Promise<DeployResult> {
  const handle = session.client.workflow.getHandle(deploymentId(ref, number));
  return DeployResult.parse(await handle.result());
}

/** Whether the workflow of a deployment is closed; undefined when there is none (still queued, or never begun). */
export async function isDeploymentClosed(
  session: Session,
  ref: StackRef,
  number: number,
): Promise<boolean | undefined> {
  try {
    const handle = session.client.workflow.getHandle(deploymentId(ref, number));
    return (await session.within(() => handle.describe())).status.name !== 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Deletes the stack's schedules; those that are gone already are no failure. Gives the ids deleted. */
export async function deleteSchedules(session: Session, ref: StackRef): Promise<string[]> {
  const deleted: string[] = [];
  const fixed = SCHEDULE_KINDS.map((kind) => scheduleId(kind, ref));
  const listed = await listedIds(session, ref);
  for (const id of new Set([...fixed, ...listed])) {
    if (await ifThere(() => session.client.schedule.getHandle(id).delete(), session)) deleted.push(id);
  }
  return deleted;
}

/** Ids of the keeper's children that run now. Needs no worker. Undefined: there is no keeper. */
export async function runningChildren(session: Session, ref: StackRef): Promise<string[] | undefined> {
  const keeper = await openExecution(session, keeperId(ref));
  return keeper && (keeper.raw.pendingChildren ?? []).map(({ workflowId }) => workflowId ?? '');
}

/** The run that is open, as the server has it. Undefined when there is none. */
async function openExecution(session: Session, workflowId: string): Promise<WorkflowExecutionDescription | undefined> {
  try {
    const described = await session.within(() => session.client.workflow.getHandle(workflowId).describe());
    return described.status.name === 'RUNNING' ? described : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

/** Ends the keeper. Children run on (they are abandoned, not cancelled). False: there was none. */
export async function terminateKeeper(session: Session, ref: StackRef, reason: string): Promise<boolean> {
  return ifThere(() => session.client.workflow.getHandle(keeperId(ref)).terminate(reason), session);
}

function query<T>(session: Session, workflowId: string, schema: z.ZodType<T>): Promise<Answer<T>> {
  return answered(async () => {
    const handle = session.client.workflow.getHandle(workflowId);
    return schema.parse(await session.within(() => handle.query(QUERIES.status)));
  });
}

/** Turns the ways in which Temporal says "nobody there" into an answer; everything else is thrown. */
async function answered<T>(ask: () => Promise<T>): Promise<Answer<T>> {
  try {
    return { is: 'answer', value: await ask() };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return { is: 'not found' };
    if (isSilence(error)) return { is: 'no worker' };
    throw error;
  }
}

/** FAILED_PRECONDITION: the server has seen no worker lately. A query that is not there: the workflow has not begun. */
const FAILED_PRECONDITION = 9;
function isSilence(error: unknown): boolean {
  const known = [WorkflowUpdateRPCTimeoutOrCancelledError, QueryNotRegisteredError];
  if (known.some((kind) => error instanceof kind)) return true;
  // The library wraps what the server said.
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcDeadlineError(cause) || (isGrpcServiceError(cause) && Number(cause.code) === FAILED_PRECONDITION);
}

async function ifThere(act: () => Promise<unknown>, session: Session): Promise<boolean> {
  try {
    await session.within(act);
    return true;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError || error instanceof ScheduleNotFoundError) return false;
    throw error;
  }
}
