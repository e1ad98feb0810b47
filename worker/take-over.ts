/**
 * Before a worker polls: what is open on its queue is replayed against its code, and what would not go on with it is dealt
 * with or refused. Nobody polls meanwhile, so nothing of it moves.
 */
import { randomUUID } from 'node:crypto';
import type { Client } from '@temporalio/client';
import { FAILURES, StepFailure } from '../activities/shared/failures.js';
import { firstTaskOf, judgedOf, openWorkflows, type OpenWorkflow } from '../client/open-workflows.js';
import { keeperId, SIGNALS } from '../workflows/contract.js';
import { decideStart } from '../workflows/take-over.js';
import { replayOpen, type WorkflowCode } from './replay.js';

export interface TakeOver {
  host: string;
  /** Stacks of the registry. */
  stacks: readonly string[];
  /** Those whose keeper this process starts. */
  makes: readonly string[];
  code: WorkflowCode;
  say: (line: string) => void;
}

/**
 * Afterwards this code may poll. Throws `StepFailure` of type Blocked when another version has to finish a deployment first;
 * nothing was changed then. A second time, also after a kill in the middle: the same.
 */
export async function takeOver(client: Client, { host, stacks, makes, code, say }: TakeOver): Promise<void> {
  const { open, left } = await openWorkflows(client, host, stacks);
  if (left.length > 0) say(`Not replayed, because they are too long or too many: ${shortList(left)}.`);
  const judged = judgedOf(open, await replayOpen(open, code));
  const start = decideStart(judged, makes);
  if (start.is === 'refuse') throw new StepFailure(FAILURES.blocked, refusal(start.sentences, host));
  for (const { id, difference } of judged.filter(({ kind, replays }) => kind === 'other' && !replays))
    say(`${id} is none of birdkeeper's and does not run with this version: ${difference}`);
  for (const id of start.anew) {
    await beginAnew(client, open, id);
    say(
      `${id} does not replay with this version: it goes on from where it last continued as new, with all it was told.`,
    );
  }
  for (const stack of start.made) {
    await client.workflow.getHandle(keeperId({ host, stack })).terminate(REASON);
    say(
      `The keeper of ${stack} does not replay with this version: it is made again out of the state directory, and what was queued is forgotten.`,
    );
  }
  for (const id of start.ended) {
    await client.workflow.getHandle(id).terminate(REASON);
    say(`${id} does not replay with this version: it was ended, and comes again by its schedule.`);
  }
  const keepers = judged.filter(({ kind, stack = '' }) => kind === 'keeper' && !start.made.includes(stack));
  for (const { id } of keepers) await client.workflow.getHandle(id).signal(SIGNALS.takeOver);
}

const REASON = 'does not replay with the version of birdkeeper that takes over';

/** The server makes a run that begins where this one began, and gives it the signals and updates that came since. */
async function beginAnew(
  { workflowService, options }: Client,
  open: readonly OpenWorkflow[],
  id: string,
): Promise<void> {
  const workflow = open.find((each) => each.id === id);
  const taskId = workflow && firstTaskOf(workflow);
  if (workflow === undefined || taskId === undefined) return;
  await workflowService.resetWorkflowExecution({
    namespace: options.namespace,
    workflowExecution: { workflowId: id, runId: workflow.runId },
    reason: REASON,
    workflowTaskFinishEventId: taskId,
    requestId: randomUUID(),
  });
}

const refusal = (sentences: readonly string[], host: string): string =>
  [
    `This version does not take over host ${host}; nothing was changed, and the containers run on.`,
    ...sentences,
    'Start the former version once more. When it says that nothing runs (birdkeeper drain), stop it and start this one.',
  ].join('\n');

const MOST_LISTED = 5;
const shortList = (ids: readonly string[]): string =>
  ids.length <= MOST_LISTED
    ? ids.join(', ')
    : `${ids.slice(0, MOST_LISTED).join(', ')} and ${ids.length - MOST_LISTED} more`;
