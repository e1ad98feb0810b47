/** Workflows that a command starts and waits for. */
import { WorkflowFailedError } from '@temporalio/client';
import { messageOf } from '../activities/shared/failures.js';
import { EXIT, taskQueueOf } from '../workflows/contract.js';
import { attribute } from '../workflows/search-attributes.js';
import { isWorkerPolling, noWorker, type Session } from './connection.js';
import { CommandEnd, deepest } from './failures.js';
import type { KnownStack } from './stack.js';
import { oneLine } from './text.js';

export interface Run {
  type: string;
  workflowId: string;
  /** Besides version, host and stack. */
  input: object;
  /** Said before the message of a failure. */
  otherwise?: string;
}

/** Its result. Throws `CommandEnd`: failed, or unreachable when no worker would run it. */
export async function runWorkflow(session: Session, { ref, directory }: KnownStack, run: Run): Promise<unknown> {
  const { type, workflowId, input, otherwise = '' } = run;
  if (!(await isWorkerPolling(session, ref.host))) throw noWorker(ref.host, session.choice, directory);
  const handle = await session.within(() =>
    session.client.workflow.start(type, {
      workflowId,
      taskQueue: taskQueueOf(ref.host),
      args: [{ v: 1, ...ref, ...input }],
      typedSearchAttributes: [attribute('Stack', ref.stack), attribute('Host', ref.host)],
    }),
  );
  try {
    return await handle.result();
  } catch (error) {
    if (!(error instanceof WorkflowFailedError)) throw error;
    throw new CommandEnd(EXIT.failed, `${otherwise}${oneLine(messageOf(deepest(error)))}`);
  }
}
