import { WorkflowFailedError, WorkflowNotFoundError, type Client } from '@temporalio/client';
import { messageOf } from '../activities/shared/failures.js';
import { deploymentId, keeperId, QUERIES, type Phase, type StackRef } from '../workflows/contract.js';
import type { DeploymentStatus, KeeperStatus } from '../workflows/model.js';
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

/** Phase of the deployment that runs; undefined when none does, or nobody can say. */
export async function deploymentPhase(client: Client, ref: StackRef): Promise<Phase | undefined> {
  try {
    const { running } = await client.workflow.getHandle(keeperId(ref)).query<KeeperStatus>(QUERIES.status);
    if (running === undefined) return undefined;
    const handle = client.workflow.getHandle(deploymentId(ref, running.number));
    return (await handle.query<DeploymentStatus>(QUERIES.status)).phase;
  } catch {
    return undefined;
  }
}
