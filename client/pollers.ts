/** Who takes the workflow tasks of a host, as the server saw it. */
import type { Client } from '@temporalio/client';
import { taskQueueOf } from '../workflows/contract.js';

/** A poll is answered after 60 s at the latest, and the next one follows at once: who is silent for longer has left. */
export const POLLER_FRESH_MS = 75_000;

export interface Poller {
  readonly identity: string;
  /** When it last polled, in milliseconds since the epoch, by the server's clock. */
  readonly at: number;
}

export async function whoPolls({ workflowService, options }: Client, host: string): Promise<Poller[]> {
  const { pollers } = await workflowService.describeTaskQueue({
    namespace: options.namespace,
    taskQueue: { name: taskQueueOf(host) },
    taskQueueType: 1, // TASK_QUEUE_TYPE_WORKFLOW
  });
  return (pollers ?? []).map(({ identity, lastAccessTime }) => ({
    identity: identity ?? '',
    at: Number(lastAccessTime?.seconds ?? 0) * 1_000 + Math.floor((lastAccessTime?.nanos ?? 0) / 1e6),
  }));
}
