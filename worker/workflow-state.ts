import { WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { messageOf } from '../activities/shared/failures.js';
import type { WorkResult } from '../workflows/request-work/messages.js';

/** How a workflow is, and when it has closed how it ended. */
export async function workflowState(client: Client, workflowId: string): Promise<WorkResult | 'running' | 'unknown'> {
  const handle = client.workflow.getHandle(workflowId);
  try {
    if ((await handle.describe()).status.name === 'RUNNING') return 'running';
    return { outcome: 'done', result: await handle.result() };
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return 'unknown';
    if (!(error instanceof WorkflowFailedError)) throw error;
    return { outcome: 'failed', message: messageOf(error.cause ?? error) };
  }
}
