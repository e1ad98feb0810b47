/**
 * `birdkeeper up`: server, worker, keeper, schedules; stays in the foreground until it is told to stop. The same story for
 * `birdkeeper worker`, which starts neither server nor keeper.
 */
import type { StackState } from '../activities/state/index.js';
import { ensureNamespace } from '../client/namespace.js';
import { connectClient, type TemporalClient } from './client.js';
import { composeWorker, type Composition } from './composition.js';
import { startKeeping } from './keeping.js';
import { takePlace } from './only-one.js';
import { startWorker } from './run-worker.js';
import { serveTemporal, type Server } from './server.js';
import { untilStopped } from './stopping.js';

export interface UpOptions {
  /** Directory of the stack, as given. */
  stackDir: string;
  envFile?: string;
  /** HOST:PORT of a Temporal server that is not ours. */
  address?: string;
}

export async function up(options: UpOptions): Promise<void> {
  await serve(options, async (composition, client, stack) => {
    await startKeeping(composition, client, stack);
    composition.say(`${stack.name} is kept. ^C stops birdkeeper; the containers run on.`);
  });
}

export async function worker(options: UpOptions): Promise<void> {
  await serve(options, async (composition, _client, stack) => {
    composition.say(`The worker of host ${composition.settings.host} runs and knows ${stack.name}. ^C stops it.`);
  });
}

type Begin = (composition: Composition, client: TemporalClient, stack: StackState) => Promise<void>;

async function serve(options: UpOptions, begin: Begin): Promise<void> {
  const composition = await composeWorker();
  const givePlaceBack = await takePlace(composition.settings.stateDirectory);
  let server: Server | undefined;
  try {
    const stack = await composition.registerStack(options.stackDir, options.envFile);
    server = await serveTemporal(composition, options);
    const client = await connectClient(server.choice);
    try {
      await ensureNamespace(client.connection, server.choice.namespace);
      await work(composition, server, client, stack, begin);
    } finally {
      await client.connection.close();
    }
  } finally {
    await server?.stop();
    await givePlaceBack();
    await composition.close();
  }
}

async function work(
  composition: Composition,
  server: Server,
  client: TemporalClient,
  stack: StackState,
  begin: Begin,
): Promise<void> {
  const { host } = composition.settings;
  const { address, namespace, security } = server.choice;
  const running = await startWorker({ address, namespace, ...security }, host, composition.activities(client));
  const stopped = untilStopped(running, composition);
  try {
    await begin(composition, client, stack);
  } catch (error) {
    running.leave();
    await stopped.catch(() => undefined);
    throw error;
  }
  await stopped;
}
