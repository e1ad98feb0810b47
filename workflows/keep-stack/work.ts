/** Work besides deployments in the keeper's queue: what is asked for, taken back, and whose turn it is. Pure. */
import { WORK_KINDS } from '../contract.js';
import type { WorkRequest } from '../keeper-model.js';
import { isObject } from '../validate.js';
import type { KeeperMemory } from './messages.js';

const MOST_QUEUED = 200;
/** Ids that schedules and the command line make; the server would refuse a command with anything else, and the task with it. */
const ID = /^[A-Za-z0-9][A-Za-z0-9._:/-]{0,399}$/;
/** Names only: they become fields of a workflow's input. */
const FIELDS: readonly string[] = ['name', 'hash', 'wanted', 'only', 'saveFirst'];
const TEXT = /^[A-Za-z0-9._:,-]{0,200}$/;

export const isWork = (value: unknown): value is WorkRequest =>
  isObject(value) &&
  WORK_KINDS.some((kind) => kind === value.kind) &&
  matches(ID, value.id) &&
  isObject(value.input) &&
  Object.entries(value.input).every(([field, text]) => FIELDS.includes(field) && matches(TEXT, text));

const matches = (pattern: RegExp, value: unknown): boolean => typeof value === 'string' && pattern.test(value);

/** The payload of `requestWork`; undefined when it is none. Only what is known of it is kept. */
export function parseWork(value: unknown): WorkRequest | undefined {
  if (!isWork(value)) return undefined;
  const { kind, id, input } = value;
  return { kind, id, input: { ...input } };
}

/** Asked twice by one requester: once. Undefined: too much is queued already. */
export function afterRequest(memory: KeeperMemory, request: WorkRequest): KeeperMemory | undefined {
  const { work = [], working } = memory;
  if (working?.id === request.id || work.some(({ id }) => id === request.id)) return memory;
  return work.length >= MOST_QUEUED ? undefined : { ...memory, work: [...work, request] };
}

/** The payload of `withdrawWork` is `{id}`. What runs already is not stopped. */
export function afterWithdraw(memory: KeeperMemory, payload: unknown): KeeperMemory {
  const id = isObject(payload) ? payload.id : undefined;
  const { work = [], ...rest } = memory;
  const left = work.filter((request) => request.id !== id);
  return left.length === 0 ? rest : { ...rest, work: left };
}

/**
 * The work whose turn it is. Deployments and work take turns, so that neither keeps the other waiting for ever; a person who goes
 * back to a former release is never kept waiting.
 */
export function workNow({ work = [], queue, workNext }: KeeperMemory): WorkRequest | undefined {
  const [deployment] = queue;
  if (deployment !== undefined && (workNext !== true || deployment.rollbackTo !== undefined)) return undefined;
  return work[0];
}

/** After a deployment. */
export const withTurn = (memory: KeeperMemory): KeeperMemory =>
  memory.work === undefined ? memory : { ...memory, workNext: true };

/** The work is taken out of the queue and runs. */
export function afterBeginning(memory: KeeperMemory, request: WorkRequest): KeeperMemory {
  const { workNext: _turn, ...rest } = afterWithdraw(memory, { id: request.id });
  return { ...rest, working: request };
}

export function afterWork({ working: _done, ...memory }: KeeperMemory): KeeperMemory {
  return memory;
}

/** It was never begun, because the keeper that had it was ended: it goes first. */
export function backInQueue({ working, work = [], ...memory }: KeeperMemory): KeeperMemory {
  return working === undefined ? memory : { ...memory, work: [working, ...work] };
}
