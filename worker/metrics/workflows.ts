/** What the ids and ends of workflows say of the runs that they are. Pure. */
import { SCHEDULED_WORKFLOW } from '../../workflows/contract.js';
import type { Result, Task } from './families.js';
import type { RunTrigger } from './runs.js';

export interface RunIdentity {
  stack: string;
  task: Task;
  name: string;
  trigger: RunTrigger;
}

const TASK_OF: Readonly<Record<string, Task>> = {
  autodeploy: 'check',
  check: 'check',
  notebooks: 'notebooks',
  backup: 'backup',
  verify: 'verify',
  logrotate: 'logrotate',
  weaver: 'weaver',
  cowbird: 'cowbird',
};

/** Types of the workflows that are runs; others of the same schedule (a rollback of notebooks) are not. */
export const RUN_WORKFLOWS = [...new Set(Object.values(SCHEDULED_WORKFLOW)), 'deployData', 'requestWork'];

/**
 * Undefined: it is no run, or one of another host. Work that a run asked the keeper for is a part of that run. A job that a
 * person starts is started by the server through its schedule, so it counts as one of the schedule's.
 */
export function runOf(host: string, workflowId: string, workflowType: string): RunIdentity | undefined {
  if (!RUN_WORKFLOWS.includes(workflowType)) return undefined;
  const [kind = '', itsHost, stack, ...rest] = workflowId.split('/');
  if (itsHost !== host || stack === undefined || rest.length === 0 || rest.at(-1) === 'work') return undefined;
  const trigger = rest.at(-1)?.startsWith('run-') ? 'schedule' : 'asked';
  if (kind === 'job') {
    const name = rest.slice(0, -1).join('/');
    return name === '' ? undefined : { stack, task: taskOfJob(workflowType), name, trigger };
  }
  const task = TASK_OF[kind];
  return task === undefined ? undefined : { stack, task, name: '', trigger };
}

/** A job whose files birdkeeper lays out itself is a task of its own. */
export const taskOfJob = (workflowType: string): Task => (workflowType === 'deployData' ? 'data' : 'job');

/** Number and stack of a deployment. */
export function deploymentOf(host: string, workflowId: string): { stack: string; number: number } | undefined {
  const [kind, itsHost, stack, number, ...rest] = workflowId.split('/');
  if (kind !== 'deployment' || itsHost !== host || stack === undefined || rest.length > 0) return undefined;
  return { stack, number: Number(number) };
}

/** They ended without doing anything. */
const DID_NOTHING = ['removed', 'too late'];

/** Undefined: it has not ended. `outcome`: what the workflow itself says of its end. */
export function resultOf(status: string, outcome: unknown): Result | undefined {
  switch (status) {
    case 'COMPLETED':
      return typeof outcome === 'string' && DID_NOTHING.includes(outcome) ? 'skipped' : 'success';
    case 'FAILED':
    case 'TIMED_OUT':
      return 'failure';
    case 'CANCELLED':
    case 'TERMINATED':
      return 'cancelled';
    default:
      return undefined;
  }
}
