/** The open workflows of a host with their histories, for a replay against other code. */
import { WorkflowNotFoundError, type Client } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { keeperId, taskQueueOf, type StackRef } from '../workflows/contract.js';
import { kindOf, type Judged, type WorkflowKind } from '../workflows/take-over.js';
import type { ReplayVerdict } from './handlers.js';

export interface OpenWorkflow {
  id: string;
  runId: string;
  type: string;
  kind: WorkflowKind;
  stack?: string;
  history: History;
}

export interface OpenWorkflows {
  open: OpenWorkflow[];
  /** Ids of those that were not fetched: too long, or too many. Nothing that birdkeeper starts grows so. */
  left: string[];
}

/** A keeper continues as new after some thousands; a deployment has some hundreds. */
const MOST_EVENTS = 20_000;
const MOST_WORKFLOWS = 300;
const AT_ONCE = 8;

/**
 * Those on the queue of the host. A list may lag by a second or more, so the keepers of `stacks` and their children are asked
 * for by id; one that closed meanwhile is left out.
 */
export async function openWorkflows(client: Client, host: string, stacks: readonly string[]): Promise<OpenWorkflows> {
  const ids = new Set<string>();
  for (const found of await Promise.all(stacks.map((stack) => keeperAndChildren(client, { host, stack }))))
    for (const id of found) ids.add(id);
  const query = `TaskQueue = '${taskQueueOf(host)}' AND ExecutionStatus = 'Running'`;
  const left: string[] = [];
  for await (const { workflowId } of client.workflow.list({ query, pageSize: MOST_WORKFLOWS })) {
    if (ids.size < MOST_WORKFLOWS) ids.add(workflowId);
    else if (!ids.has(workflowId)) left.push(workflowId);
    if (left.length > MOST_WORKFLOWS) break;
  }
  const open: OpenWorkflow[] = [];
  const waiting = [...ids];
  const fetchNext = async (): Promise<void> => {
    for (let id = waiting.shift(); id !== undefined; id = waiting.shift()) {
      const found = await fetchOpen(client, host, id);
      if (found === 'too long') left.push(id);
      else if (found) open.push(found);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, fetchNext));
  return { open: open.sort((one, other) => (one.id < other.id ? -1 : 1)), left };
}

async function keeperAndChildren(client: Client, ref: StackRef): Promise<string[]> {
  const keeper = await describe(client, keeperId(ref));
  if (keeper === undefined) return [];
  return [keeperId(ref), ...(keeper.raw.pendingChildren ?? []).flatMap(({ workflowId }) => workflowId ?? [])];
}

async function fetchOpen(client: Client, host: string, id: string): Promise<OpenWorkflow | 'too long' | undefined> {
  const described = await describe(client, id);
  if (described === undefined) return undefined;
  if (described.historyLength > MOST_EVENTS) return 'too long';
  const { runId, type } = described;
  const history = await client.workflow.getHandle(id, runId).fetchHistory();
  return { id, runId, type, ...kindOf(host, type, id), history };
}

/** Undefined: there is none, or it is closed. */
async function describe(client: Client, id: string) {
  try {
    const described = await client.workflow.getHandle(id).describe();
    return described.status.name === 'RUNNING' ? described : undefined;
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return undefined;
    throw error;
  }
}

type Event = NonNullable<History['events']>[number];
const eventsOf = ({ history }: Pick<OpenWorkflow, 'history'>): readonly Event[] => history.events ?? [];

/** Id of the event with which the first task of the workflow was completed; undefined: none was, so any code can run it. */
export function firstTaskOf(workflow: Pick<OpenWorkflow, 'history'>): Event['eventId'] | undefined {
  const event = eventsOf(workflow).find(({ workflowTaskCompletedEventAttributes: completed }) => completed);
  return event?.eventId;
}

/** Whether a keeper has begun a deployment, or begun to wait for one, since it last continued as new. */
const hasBegun = (workflow: Pick<OpenWorkflow, 'history'>): boolean =>
  eventsOf(workflow).some(
    ({ startChildWorkflowExecutionInitiatedEventAttributes: child, activityTaskScheduledEventAttributes: activity }) =>
      Boolean(child) || activity?.activityType?.name === 'awaitDeployment',
  );

/** What is decided on; `verdicts` in the order of the workflows. */
export const judgedOf = (open: readonly OpenWorkflow[], verdicts: readonly ReplayVerdict[]): Judged[] =>
  open.map((workflow, i) => {
    const { id, kind, stack } = workflow;
    const { replays = true, difference } = verdicts[i] ?? {};
    return {
      id,
      kind,
      replays,
      ...(stack === undefined ? {} : { stack }),
      ...(difference === undefined ? {} : { difference }),
      ...(kind === 'keeper' ? { hasBegun: hasBegun(workflow) } : {}),
    };
  });
