/** Namespace and search attributes, made through the server's API. */
import { setTimeout as sleep } from 'node:timers/promises';
import { isGrpcServiceError, type Connection } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time.js';
import { messageOf } from '../activities/shared/failures.js';
import { RETENTION_DAYS, SEARCH_ATTRIBUTES } from '../workflows/contract.js';

/** gRPC status codes that are an answer here. */
const ALREADY_EXISTS = 6;
const NOT_FOUND = 5;
/** INDEXED_VALUE_TYPE_KEYWORD. */
const KEYWORD = 2;
const POLL_MS = 150;
const LIMIT_MS = 30_000;

export interface EnsuredNamespace {
  created: boolean;
  /** Attributes that were missing. */
  added: string[];
}

/**
 * Makes the namespace (retention 30 days) and its search attributes where they are missing, and waits until both can be
 * used. Twice, or by two at once: the same. What an operator has set on a namespace that exists is left as it is. Throws
 * when an attribute exists with another type.
 */
export async function ensureNamespace(connection: Connection, namespace: string): Promise<EnsuredNamespace> {
  const created = await ensureExists(connection, namespace);
  // A namespace is described before the rest of the server knows of it.
  await waitUntil(() => attributes(connection, namespace).then(() => true), `namespace ${namespace} to appear`);
  const known = await attributes(connection, namespace);
  const added = SEARCH_ATTRIBUTES.filter((name) => known[name] === undefined);
  const mistyped = SEARCH_ATTRIBUTES.filter((name) => known[name] !== undefined && known[name] !== KEYWORD);
  if (mistyped.length > 0) {
    throw new Error(
      `Search attributes ${mistyped.join(', ')} of namespace ${namespace} are not of type Keyword. Remove them (temporal operator search-attribute remove) or use another namespace (TEMPORAL_NAMESPACE).`,
    );
  }
  if (added.length > 0) await add(connection, namespace, added);
  await waitUntil(() => areUsable(connection, namespace), `search attributes of namespace ${namespace} to be usable`);
  return { created, added };
}

async function ensureExists(connection: Connection, namespace: string): Promise<boolean> {
  if (await exists(connection, namespace)) return false;
  try {
    await call(connection, () =>
      connection.workflowService.registerNamespace({
        namespace,
        description: 'birdkeeper: deployments of docker compose stacks',
        workflowExecutionRetentionPeriod: msToTs(RETENTION_DAYS * 86_400_000),
      }),
    );
    return true;
  } catch (error) {
    if (hasCode(error, ALREADY_EXISTS)) return false;
    throw error;
  }
}

async function exists(connection: Connection, namespace: string): Promise<boolean> {
  try {
    await call(connection, () => connection.workflowService.describeNamespace({ namespace }));
    return true;
  } catch (error) {
    if (hasCode(error, NOT_FOUND)) return false;
    throw error;
  }
}

async function attributes(connection: Connection, namespace: string): Promise<Record<string, number>> {
  const { customAttributes } = await call(connection, () =>
    connection.operatorService.listSearchAttributes({ namespace }),
  );
  return { ...customAttributes };
}

async function add(connection: Connection, namespace: string, names: readonly string[]): Promise<void> {
  const searchAttributes = Object.fromEntries(names.map((name) => [name, KEYWORD]));
  try {
    await call(connection, () => connection.operatorService.addSearchAttributes({ namespace, searchAttributes }));
  } catch (error) {
    if (!hasCode(error, ALREADY_EXISTS)) throw error;
  }
}

/** The list shows an attribute before queries and workflows may use it: ask a query that names all of them. */
async function areUsable(connection: Connection, namespace: string): Promise<boolean> {
  const known = await attributes(connection, namespace);
  if (SEARCH_ATTRIBUTES.some((name) => known[name] === undefined)) return false;
  // In backticks: Commit and Trigger are words of SQL, which the server's parser would read in lower case.
  const query = SEARCH_ATTRIBUTES.map((name) => `\`${name}\` = 'none'`).join(' AND ');
  try {
    await call(connection, () => connection.workflowService.countWorkflowExecutions({ namespace, query }));
    return true;
  } catch {
    return false;
  }
}

const call = <T>(connection: Connection, make: () => Promise<T>): Promise<T> =>
  connection.withDeadline(Date.now() + 5_000, make);

const hasCode = (error: unknown, code: number): boolean => isGrpcServiceError(error) && Number(error.code) === code;

async function waitUntil(isSo: () => Promise<boolean>, what: string): Promise<void> {
  const end = Date.now() + LIMIT_MS;
  let last: unknown;
  while (Date.now() < end) {
    try {
      if (await isSo()) return;
    } catch (error) {
      last = error;
    }
    await sleep(POLL_MS);
  }
  throw new Error(
    `Waited ${LIMIT_MS / 1000} s in vain for ${what}${last === undefined ? '' : `: ${messageOf(last)}`}.`,
  );
}
