/** A real Temporal dev server for one test file, and workers with fake activities on it. */
import { randomBytes } from 'node:crypto';
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Context } from '@temporalio/activity';
import {
  WorkflowNotFoundError,
  type Client,
  type WorkflowHandle,
  type WorkflowHandleWithFirstExecutionRunId,
} from '@temporalio/client';
import { ApplicationFailure, defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  Runtime,
  Worker,
  type NativeConnection,
  type WorkflowBundleWithSourceMap,
} from '@temporalio/worker';
import type { Activities } from '../../activities/types.js';
import {
  keeperId,
  NAMESPACE,
  RETRYABLE_FAILURES,
  SEARCH_ATTRIBUTES,
  taskQueueOf,
  UPDATES,
  type FailureType,
  type StackRef,
} from '../../workflows/contract.js';
import type { DeployAnswer, KeepStackInput } from '../../workflows/keep-stack/messages.js';
import { goodActivities } from './story.js';

export interface TemporalWorld {
  readonly client: Client;
  /** For further workers. */
  readonly connection: NativeConnection;
  /** A stack that no other test has (unless named), on the one host of this world. */
  newStack(name?: string): StackRef;
  /** The activities of that stack while `work` runs; those that are not given succeed. */
  serving<T>(ref: StackRef, activities: Partial<Activities>, work: () => Promise<T>): Promise<T>;
  startKeeper(ref: StackRef, memory?: unknown): Promise<WorkflowHandleWithFirstExecutionRunId>;
  /** What its worker runs. */
  readonly workflowBundle: WorkflowBundleWithSourceMap;
  close(): Promise<void>;
}

/** Where the set-up leaves the binary: named by the environment, on PATH, in our cache. */
export function temporalCli(env: NodeJS.ProcessEnv): string {
  const cache = env.XDG_CACHE_HOME ?? join(env.HOME ?? homedir(), '.cache');
  const candidates = [
    env.BIRDKEEPER_TEMPORAL_CLI,
    ...(env.PATH ?? '').split(delimiter).map((directory) => join(directory, 'temporal')),
    join(cache, 'birdkeeper', 'bin', 'temporal'),
  ];
  const found = candidates.find((path) => path !== undefined && path !== '' && isExecutable(path));
  if (found === undefined)
    throw new Error('No temporal binary in BIRDKEEPER_TEMPORAL_CLI, on PATH or in the cache: run the set-up first.');
  return found;
}

const source = (path: string): string => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** The workflows of that file, bundled from the TypeScript sources as the build bundles the compiled ones. */
export function bundleFromSources(workflows = 'workflows/index.ts'): Promise<WorkflowBundleWithSourceMap> {
  return bundleWorkflowCode({
    workflowsPath: source(workflows),
    payloadConverterPath: source('workflows/payload-converter.ts'),
    logger: new DefaultLogger('ERROR'),
  });
}

const HOST = 'testhost';

/** Starts a server and one worker. Whoever calls this calls `close`, also when a test fails. */
export async function startTemporalWorld(): Promise<TemporalWorld> {
  const path = temporalCli(process.env);
  // Whoever runs the tests may have a server and profiles of his own.
  for (const name of Object.keys(process.env)) if (name.startsWith('TEMPORAL_')) delete process.env[name];
  process.env.TEMPORAL_CONFIG_FILE = '/dev/null';
  quietRuntime();
  const workflowBundle = await bundleFromSources();
  const environment = await startServer(path);
  try {
    return await joinWorld(environment, workflowBundle);
  } catch (error) {
    await environment.teardown();
    throw error;
  }
}

async function joinWorld(
  environment: TestWorkflowEnvironment,
  workflowBundle: WorkflowBundleWithSourceMap,
): Promise<TemporalWorld> {
  const served = new Map<string, Activities>();
  const worker = await Worker.create({
    connection: environment.nativeConnection,
    namespace: NAMESPACE,
    taskQueue: taskQueueOf(HOST),
    workflowBundle,
    activities: dispatched(served),
    shutdownGraceTime: '1s',
    maxHeartbeatThrottleInterval: '100ms',
  });
  const ran = worker.run();
  return {
    client: environment.client,
    connection: environment.nativeConnection,
    workflowBundle,
    newStack: (stack = `s-${randomBytes(4).toString('hex')}`) => ({ host: HOST, stack }),
    serving: async ({ stack }, activities, work) => {
      served.set(stack, goodActivities(activities));
      try {
        return await work();
      } finally {
        served.delete(stack);
      }
    },
    startKeeper: ({ host, stack }, memory = { nextNumber: 1, queue: [] }) =>
      environment.client.workflow.start('keepStack', {
        workflowId: keeperId({ host, stack }),
        taskQueue: taskQueueOf(host),
        args: [{ v: 1, host, stack, memory: memory as KeepStackInput['memory'] }],
        staticSummary: `keeps ${stack} on ${host}`,
        staticDetails: `Owns the right to change **${stack}**.`,
      }),
    close: async () => {
      try {
        worker.shutdown();
        await ran;
      } finally {
        await environment.teardown();
      }
    },
  };
}

/** Every activity looks its stack up, as the real ones do, and refuses one that nobody serves. */
function dispatched(served: ReadonlyMap<string, Activities>): Record<string, (input: { stack: string }) => unknown> {
  const act = (name: string) => (input: { stack: string }) => {
    const table: Record<string, (given: never) => unknown> = { ...served.get(input.stack) };
    const run = table[name];
    if (run === undefined) throw stepFailure('BadInput', 'this host keeps no stack of that name');
    return run(input as never);
  };
  return Object.fromEntries(Object.keys(goodActivities()).map((name) => [name, act(name)]));
}

let runtimeIsInstalled = false;
function quietRuntime(): void {
  if (!runtimeIsInstalled) {
    Runtime.install({
      // Failing and hostile work is what these tests are about: what counts is in the histories.
      logger: new DefaultLogger('ERROR', () => undefined),
      telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR', other: 'ERROR' }) } },
    });
  }
  runtimeIsInstalled = true;
}

/** The SDK gives a server five seconds to answer, which a busy machine may miss. */
async function startServer(path: string, tries = 5): Promise<TestWorkflowEnvironment> {
  try {
    return await TestWorkflowEnvironment.createLocal({
      server: {
        executable: { type: 'existing-path', path },
        namespace: NAMESPACE,
        ip: '127.0.0.1',
        searchAttributes: SEARCH_ATTRIBUTES.map((name) => defineSearchAttributeKey(name, SearchAttributeType.KEYWORD)),
        log: { format: 'json', level: 'never' },
      },
    });
  } catch (error) {
    if (tries <= 1) throw error;
    return startServer(path, tries - 1);
  }
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

/** What a worker makes of a StepFailure. */
export const stepFailure = (type: FailureType, message: string = type): ApplicationFailure =>
  ApplicationFailure.create({ type, message, nonRetryable: !RETRYABLE_FAILURES.includes(type) });

/** A door: whoever waits at it goes on when it is opened. */
export interface Gate {
  readonly opened: Promise<void>;
  readonly reached: Promise<void>;
  open(): void;
  reach(): void;
}

export function aGate(): Gate {
  const [opened, open] = aPromise();
  const [reached, reach] = aPromise();
  return { opened, open, reached, reach };
}

function aPromise(): [Promise<void>, () => void] {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return [promise, () => resolve()];
}

/** For an activity: reaches the gate and waits until it is opened, or throws when the activity is cancelled. */
export async function untilCancelled(gate: Gate): Promise<void> {
  const context = Context.current();
  const beat = setInterval(() => context.heartbeat(), 50);
  try {
    gate.reach();
    await Promise.race([context.cancelled, gate.opened]);
  } finally {
    clearInterval(beat);
  }
}

/** Asks a keeper for a deployment, with whatever payload or none. */
export const askFor = (keeper: WorkflowHandle, ...[payload]: [unknown?]): Promise<DeployAnswer> =>
  payload === undefined
    ? keeper.executeUpdate<DeployAnswer, []>(UPDATES.deploy)
    : keeper.executeUpdate<DeployAnswer, [unknown]>(UPDATES.deploy, { args: [payload] });

/** Result of a workflow that its keeper has been asked for, and may not have started yet. */
export async function resultOf(handle: WorkflowHandle): Promise<unknown> {
  const isThere = async () => {
    try {
      return await handle.describe();
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return undefined;
      throw error;
    }
  };
  await eventually(isThere, `${handle.workflowId} is started`);
  return handle.result();
}

/** Names of the event types of a run, in order. */
export async function eventsOf(handle: WorkflowHandle): Promise<string[]> {
  const parsed = JSON.parse(historyToJSON(await handle.fetchHistory())) as { events: { eventType: string }[] };
  return parsed.events.map(({ eventType }) => eventType.replace(/^EVENT_TYPE_/, ''));
}

/** Asks again and again, for what has no event to wait for; the limit is for a machine that is busy. */
export async function eventually<T>(ask: () => Promise<T | undefined>, what: string, limitMs = 20_000): Promise<T> {
  for (const end = Date.now() + limitMs; Date.now() < end;) {
    const answer = await ask();
    if (answer !== undefined) return answer;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error(`waited ${limitMs / 1000} s in vain: ${what}`);
}
