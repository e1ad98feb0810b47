/** The Temporal server of a figure, through the plain client. */
import { randomUUID } from 'node:crypto';
import { Client, Connection } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { NAMESPACE, taskQueueOf, type StackRef } from '../workflows/contract.js';
import { eventsOf, type TimedEvent } from './phases.js';

export interface HistorySize {
  events: number;
  /** As the server counts it towards its limits. */
  bytes: number;
}

export class BenchTemporal {
  readonly client: Client;

  private constructor(readonly connection: Connection) {
    this.client = new Client({ connection, namespace: NAMESPACE });
  }

  static async connect(address: string): Promise<BenchTemporal> {
    return new BenchTemporal(await Connection.connect({ address }));
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  /** Starts a look as the schedule does; returns its id. */
  async startCheck(ref: StackRef): Promise<string> {
    const workflowId = `check/${ref.host}/${ref.stack}/${randomUUID()}`;
    await this.client.workflow.start('checkStack', {
      workflowId,
      taskQueue: taskQueueOf(ref.host),
      args: [{ v: 1, ...ref }],
      staticSummary: `looks at ${ref.stack}`,
    });
    return workflowId;
  }

  resultOf(workflowId: string): Promise<unknown> {
    return this.client.workflow.getHandle(workflowId).result();
  }

  async eventsOf(workflowId: string): Promise<TimedEvent[]> {
    return eventsOf(historyToJSON(await this.client.workflow.getHandle(workflowId).fetchHistory()));
  }

  async sizeOf(workflowId: string, runId?: string): Promise<HistorySize> {
    const { historyLength, historySize } = await this.client.workflow.getHandle(workflowId, runId).describe();
    return { events: historyLength, bytes: historySize ?? 0 };
  }
}
