/** One worker for one host: workflows and activities on the host's own queue. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { NativeConnection, Worker, type WorkerOptions } from '@temporalio/worker';
import type { ServerSecurity } from '../client/server-security.js';
import { workerIdentity, type WorkerPlace } from './other-worker.js';
import { taskQueueOf } from '../workflows/contract.js';

export interface WorkerConnection extends ServerSecurity {
  address: string;
  namespace: string;
}

/** How long a step may go on after ^C before it has to hand over: longer than it takes to stop a service. */
const GRACE = '30 seconds';

export interface RunningWorker {
  /** Resolves when the worker has left, rejects when it failed. */
  readonly ended: Promise<void>;
  /** Takes no more work, lets the running steps end or hand over. */
  leave(): void;
}

/**
 * Starts to poll. `activities` are registered under their names. The connection is closed at the end: without that the
 * process would never exit.
 */
export async function startWorker(
  connectTo: WorkerConnection,
  { host, ...place }: { host: string } & Omit<WorkerPlace, 'pid'>,
  activities: Record<string, (input: unknown) => Promise<unknown>>,
): Promise<RunningWorker> {
  const { namespace, ...options } = connectTo;
  const connection = await NativeConnection.connect(options);
  const worker = await Worker.create({
    connection,
    namespace,
    taskQueue: taskQueueOf(host),
    identity: workerIdentity({ ...place, pid: process.pid }),
    activities,
    ...(await workflowCode()),
    shutdownGraceTime: GRACE,
    shutdownForceTime: '60 seconds',
    // Details of a heartbeat are what a resumed step sees; the default holds them back for up to a minute.
    maxHeartbeatThrottleInterval: '2 seconds',
    // A killed worker's cached workflows are given up after this long; one worker serves this queue, so soon is cheap.
    stickyQueueScheduleToStartTimeout: '2 seconds',
    // Most of them only wait: a job for its container, for hours maybe. They must not keep the steps of a deployment out.
    maxConcurrentActivityTaskExecutions: 1_000,
  });
  const ended = worker.run().finally(() => connection.close());
  return {
    ended,
    leave: () => {
      if (worker.getState() === 'RUNNING') worker.shutdown();
    },
  };
}

/** The bundle made by the build; without one (run from sources) the SDK bundles at start. */
export async function workflowCode(): Promise<
  Pick<WorkerOptions, 'workflowBundle' | 'workflowsPath' | 'dataConverter'>
> {
  const codePath = fileURLToPath(new URL('../workflow-bundle.js', import.meta.url));
  const there = await readFile(codePath).then(
    () => true,
    () => false,
  );
  return there
    ? { workflowBundle: { codePath } }
    : {
        workflowsPath: fileURLToPath(new URL('../workflows/index.js', import.meta.url)),
        dataConverter: {
          payloadConverterPath: fileURLToPath(new URL('../workflows/payload-converter.js', import.meta.url)),
        },
      };
}
