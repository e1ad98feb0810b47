/** A world's Temporal server as a person with the plain client sees it. */
import type { History } from '@temporalio/common/lib/proto-utils.js';
import { Client, Connection, ScheduleNotFoundError, ScheduleOverlapPolicy } from '@temporalio/client';
import {
  deploymentId,
  keeperId,
  NAMESPACE,
  QUERIES,
  scheduleId,
  type ScheduleKind,
  type StackRef,
} from '../../../workflows/contract.js';
import type { DeploymentStatus, KeeperStatus } from '../../../workflows/model.js';

export class WorldTemporal {
  private readonly client: Client;

  private constructor(
    private readonly connection: Connection,
    private readonly ref: StackRef,
  ) {
    this.client = new Client({ connection, namespace: NAMESPACE });
  }

  static async connect(address: string, ref: StackRef): Promise<WorldTemporal> {
    return new WorldTemporal(await Connection.connect({ address }), ref);
  }

  close(): Promise<void> {
    return this.connection.close();
  }

  keeper(): Promise<KeeperStatus> {
    return this.ask(() => this.client.workflow.getHandle(keeperId(this.ref)).query<KeeperStatus>(QUERIES.status));
  }

  deployment(number: number): Promise<DeploymentStatus> {
    return this.ask(() => this.deploymentHandle(number).query<DeploymentStatus>(QUERIES.status));
  }

  /** What addresses a deployment in the UI. */
  async deploymentRun(number: number): Promise<{ workflowId: string; runId: string }> {
    const { workflowId, runId } = await this.deploymentHandle(number).describe();
    return { workflowId, runId };
  }

  async cancel(number: number): Promise<void> {
    await this.deploymentHandle(number).cancel();
  }

  /** Ends the keeper where it stands; a deployment that runs goes on. */
  async terminateKeeper(): Promise<void> {
    await this.client.workflow.getHandle(keeperId(this.ref)).terminate('a test');
  }

  /** Interval in seconds and cron lines of a schedule; undefined when there is none. */
  async schedule(kind: ScheduleKind): Promise<{ everySeconds: number[]; cron: string[] } | undefined> {
    const handle = this.client.schedule.getHandle(scheduleId(kind, this.ref));
    const described = await handle.describe().catch(() => undefined);
    if (described === undefined) return undefined;
    const { intervals = [], calendars = [] } = described.spec;
    return {
      everySeconds: intervals.map(({ every }) => Number(every) / 1000),
      cron: calendars.map((calendar) => calendar.comment ?? ''),
    };
  }

  /** What the UI's button does. After a run that goes on already, which may have looked too early. Nothing without a schedule. */
  async trigger(kind: ScheduleKind): Promise<void> {
    const handle = this.client.schedule.getHandle(scheduleId(kind, this.ref));
    await handle.trigger(ScheduleOverlapPolicy.BUFFER_ONE).catch((error: unknown) => {
      if (!(error instanceof ScheduleNotFoundError)) throw error;
    });
  }

  /** The closed runs of a workflow type, newest first; of a run that failed the reason. */
  async runsOf(type: string): Promise<{ status: string; result: unknown }[]> {
    const runs = [];
    const query = `WorkflowType = '${type}' AND ExecutionStatus != 'Running'`;
    for await (const { workflowId, runId, status } of this.client.workflow.list({ query })) {
      const handle = this.client.workflow.getHandle(workflowId, runId);
      const result: unknown = await handle.result().catch((error: unknown) => deepest(error));
      runs.push({ status: status.name, result });
    }
    return runs;
  }

  /** The current details of a run, which the UI shows. */
  async details(workflowId: string): Promise<string> {
    const handle = this.client.workflow.getHandle(workflowId);
    const asked = () => handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
    return (await this.ask(asked)).currentDetails;
  }

  /** How many runs of a workflow type are open. */
  async openRunsOf(type: string): Promise<number> {
    return (await this.client.workflow.count(`WorkflowType = '${type}' AND ExecutionStatus = 'Running'`)).count;
  }

  /** The runs of a job of the configuration by its schedule or a person, in the order in which they were due. */
  async runsOfJob(name: string): Promise<{ due: number; started: number; status: string }[]> {
    const prefix = `${scheduleId('job', this.ref, name)}/run-`;
    const runs = [];
    for await (const { workflowId, startTime, status } of this.client.workflow.list()) {
      if (!workflowId.startsWith(prefix)) continue;
      const due = Date.parse(workflowId.slice(prefix.length));
      runs.push({ due, started: startTime.getTime(), status: status.name });
    }
    return runs.sort((one, other) => one.due - other.due);
  }

  /** Every run that the server knows, open ones as far as they are. */
  async histories(): Promise<{ workflowId: string; type: string; history: History }[]> {
    const found = [];
    for await (const { workflowId, runId, type } of this.client.workflow.list()) {
      found.push({ workflowId, type, history: await this.client.workflow.getHandle(workflowId, runId).fetchHistory() });
    }
    return found;
  }

  /** Whether a workflow of that id is open. */
  async isRunning(workflowId: string): Promise<boolean> {
    const described = await this.client.workflow
      .getHandle(workflowId)
      .describe()
      .catch(() => undefined);
    return described?.status.name === 'RUNNING';
  }

  private deploymentHandle(number: number) {
    return this.client.workflow.getHandle(deploymentId(this.ref, number));
  }

  /** A query waits for a worker; without one it must not wait for ever. */
  private ask<T>(query: () => Promise<T>): Promise<T> {
    return this.connection.withDeadline(Date.now() + 3_000, query);
  }
}

/** Temporal wraps what an activity said in layers of its own. */
function deepest(error: unknown): string {
  return error instanceof Error && error.cause !== undefined ? deepest(error.cause) : String(error);
}
