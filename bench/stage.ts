/** A worker with our workflow bundle and played activities. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { Activities } from '../activities/types.js';
import { NAMESPACE, taskQueueOf } from '../workflows/contract.js';
import type { Bench } from './bench.js';

let isQuiet = false;

function beQuiet(): void {
  if (!isQuiet) {
    Runtime.install({
      logger: new DefaultLogger('ERROR'),
      // ^C is ours to handle.
      shutdownSignals: [],
      telemetryOptions: { logging: { filter: 'OFF', forward: {} } },
    });
  }
  isQuiet = true;
}

export interface Stage {
  /** What is played from now on. */
  play(activities: Partial<Activities>): void;
  close(): Promise<void>;
}

export async function openStage(bench: Bench, address: string, host: string): Promise<Stage> {
  beQuiet();
  let played: Partial<Activities> = {};
  const act = (name: keyof Activities) => (input: never) => {
    const play: ((given: never) => Promise<unknown>) | undefined = played[name];
    if (play === undefined) throw new Error(`nobody plays ${name}`);
    return play(input);
  };
  const connection = await NativeConnection.connect({ address });
  const worker = await Worker.create({
    connection,
    namespace: NAMESPACE,
    taskQueue: taskQueueOf(host),
    workflowBundle: { codePath: bundle() },
    activities: Object.fromEntries(ROLES.map((name) => [name, act(name)])),
  });
  const ended = worker.run().finally(() => connection.close());
  let closing: Promise<void> | undefined;
  const close = () => {
    closing ??= (async () => {
      worker.shutdown();
      await ended;
    })();
    return closing;
  };
  bench.defer(close);
  return { play: (activities) => (played = activities), close };
}

const ROLES: readonly (keyof Activities)[] = [
  'beginDeployment',
  'observeStack',
  'stageRelease',
  'validateRelease',
  'pullImages',
  'advanceCheckouts',
  'applyServices',
  'settleServices',
  'concludeDeployment',
  'reconcileSchedules',
];

/** As the build made it, in the directory that holds this program. */
function bundle(): string {
  let folder = dirname(fileURLToPath(import.meta.url));
  while (!existsSync(join(folder, 'package.json'))) folder = dirname(folder);
  return join(folder, 'dist', 'workflow-bundle.js');
}
