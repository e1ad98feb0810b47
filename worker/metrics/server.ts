/** Asks the Temporal server what ended, what runs and what is scheduled. */
import type { Client, ScheduleSummary, WorkflowExecutionInfo } from '@temporalio/client';
import { describeSchedule } from '../../client/describe-schedule.js';
import { keeperId, QUERIES } from '../../workflows/contract.js';
import type { KeeperStatus } from '../../workflows/model.js';
import { LATE_MS, type EndedRun } from './runs.js';
import { longestGap, type OpenRun, type ScheduleFact } from './schedules.js';
import { deploymentOf, resultOf, RUN_WORKFLOWS, runOf } from './workflows.js';

export interface Answers {
  schedules: ScheduleFact[];
  open: OpenRun[];
  /** By stack. */
  queued: Readonly<Record<string, number>>;
  /** By stack. */
  ended: Readonly<Record<string, EndedRun[]>>;
}

const TYPES = [...RUN_WORKFLOWS, 'deployStack'].map((type) => `'${type}'`).join(', ');

export class ServerLook {
  /** Text of each schedule, by its id, for as long as its times stay the same. */
  private readonly texts = new Map<string, { spec: string; text: string }>();

  constructor(
    private readonly client: Client,
    private readonly host: string,
  ) {}

  /** `until`: of each stack, up to when ended runs are known. Rejects when the server does not answer by the deadline. */
  async ask(until: Readonly<Record<string, number>>, deadline: number): Promise<Answers> {
    const stacks = Object.keys(until);
    return this.client.connection.withDeadline(deadline, async () => {
      const [schedules, open, ended, queued] = await Promise.all([
        this.schedules(stacks),
        this.open(),
        this.ended(until),
        this.queued(stacks),
      ]);
      return { schedules, open, ended, queued };
    });
  }

  private async schedules(stacks: readonly string[]): Promise<ScheduleFact[]> {
    const facts: Promise<ScheduleFact | undefined>[] = [];
    for await (const summary of this.client.schedule.list()) facts.push(this.fact(summary));
    return (await Promise.all(facts)).flatMap((fact) => (fact && stacks.includes(fact.stack) ? [fact] : []));
  }

  private async fact(summary: ScheduleSummary): Promise<ScheduleFact | undefined> {
    const type = summary.action?.workflowType ?? '';
    const run = runOf(this.host, `${summary.scheduleId}/run-`, type);
    if (run === undefined) return undefined;
    const { stack, task, name } = run;
    return {
      ...{ stack, task, name },
      intervalSeconds: longestGap(await this.textOf(summary), new Date()),
      paused: summary.state.paused,
      due: summary.info.nextActionTimes.map((time) => time.getTime()),
    };
  }

  /** The list does not have it. */
  private async textOf({ scheduleId: id, spec }: ScheduleSummary): Promise<string> {
    const mark = JSON.stringify(spec, (_key, value: unknown) => (typeof value === 'bigint' ? String(value) : value));
    const known = this.texts.get(id);
    if (known?.spec === mark) return known.text;
    const described = await describeSchedule(this.client.schedule, id).catch(() => undefined);
    const text = described?.action.memo?.['frequency'];
    if (typeof text !== 'string') return '';
    this.texts.set(id, { spec: mark, text });
    return text;
  }

  private async open(): Promise<OpenRun[]> {
    const runs: OpenRun[] = [];
    for await (const workflow of this.list(`WorkflowType IN (${TYPES}) AND ExecutionStatus = 'Running'`)) {
      const { workflowId, type, startTime } = workflow;
      const run = runOf(this.host, workflowId, type);
      const deployment = deploymentOf(this.host, workflowId);
      const startedAt = startTime.getTime();
      if (run !== undefined) runs.push({ stack: run.stack, task: run.task, name: run.name, startedAt });
      else if (deployment) runs.push({ stack: deployment.stack, task: 'deployment', name: '', startedAt });
    }
    return runs;
  }

  private async ended(until: Readonly<Record<string, number>>): Promise<Record<string, EndedRun[]>> {
    const found: Record<string, EndedRun[]> = {};
    const since = new Date(Math.max(0, Math.min(...Object.values(until)) - LATE_MS)).toISOString();
    const query = `WorkflowType IN (${TYPES}) AND ExecutionStatus != 'Running' AND CloseTime >= '${since}'`;
    for await (const workflow of this.list(query)) {
      const run = this.endedRun(workflow);
      if (run !== undefined && run.stack in until) (found[run.stack] ??= []).push(run.ended);
    }
    return found;
  }

  private endedRun(workflow: WorkflowExecutionInfo): { stack: string; ended: EndedRun } | undefined {
    const { workflowId, runId, type, status, startTime, closeTime, searchAttributes } = workflow;
    const run = runOf(this.host, workflowId, type);
    const result = resultOf(status.name, searchAttributes['Outcome']?.[0]);
    if (run === undefined || result === undefined || closeTime === undefined) return undefined;
    const { stack, task, name, trigger } = run;
    const [startedAt, endedAt] = [startTime.getTime(), closeTime.getTime()];
    return { stack, ended: { id: runId, task, name, trigger, result, startedAt, endedAt } };
  }

  private list(query: string): AsyncIterable<WorkflowExecutionInfo> {
    return this.client.workflow.list({
      query: `Host = '${this.host.replaceAll("'", "''")}' AND ${query}`,
      pageSize: 1_000,
    });
  }

  /** 0 where the keeper does not answer: there may be none yet. */
  private async queued(stacks: readonly string[]): Promise<Record<string, number>> {
    const counts = await Promise.all(
      stacks.map(async (stack): Promise<[string, number]> => {
        const keeper = this.client.workflow.getHandle(keeperId({ host: this.host, stack }));
        const status = await keeper.query<KeeperStatus>(QUERIES.status).catch(() => undefined);
        return [stack, (status?.queued.length ?? 0) + (status?.queuedWork?.length ?? 0)];
      }),
    );
    return Object.fromEntries(counts);
  }
}
