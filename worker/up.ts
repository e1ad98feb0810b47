/**
 * `birdkeeper up`: server, worker, keepers, schedules; stays in the foreground until it is told to stop. The same story for
 * `birdkeeper worker`, which starts neither server nor keepers.
 *
 * One process per host owns worker and embedded server; ^C there ends both. `up` for further stacks beside it hands them
 * over and ends.
 */
import type { StackState } from '../activities/state/index.js';
import type { StackOptions, StackPlace } from '../client/handlers.js';
import { ensureNamespace } from '../client/namespace.js';
import { connectClient, type TemporalClient } from './client.js';
import { composeWorker, type Composition } from './composition.js';
import { askWhetherItPolls, serveHealth, type Health } from './health.js';
import { serveMetrics } from './metrics-service.js';
import { joinRunning } from './join-running.js';
import { startWhatBackupsStopped } from './backups-left.js';
import { startKeeping } from './keeping.js';
import { holderOf, takePlace } from './only-one.js';
import { refuseOtherWorker, workerIdentity } from './other-worker.js';
import { startWorker, workflowCode, type RunningWorker } from './run-worker.js';
import { serveTemporal, type Server } from './server.js';
import { untilStopped } from './stopping.js';
import { takeOver } from './take-over.js';
import { serveWebhook, webhookSettingsOf } from './webhook-service.js';

export async function up(options: StackOptions): Promise<void> {
  await serve(options, 'up', async (composition, client, stacks) => {
    for (const stack of stacks) await startKeeping(composition, client, stack);
    const names = stacks.map(({ name }) => name).join(', ');
    const [are, run] = stacks.length === 1 ? ['is', 'the containers run on'] : ['are', 'the containers run on'];
    composition.say(`${names} ${are} kept. ^C stops birdkeeper; ${run}.`);
  });
}

export async function worker(options: StackOptions): Promise<void> {
  await serve(options, 'worker', async (composition, _client, stacks) => {
    const names = stacks.map(({ name }) => name).join(', ');
    composition.say(`The worker of host ${composition.settings.host} runs and knows ${names}. ^C stops it.`);
  });
}

/** up: makes keepers, and hands its stacks over to a birdkeeper that runs already. */
type Role = 'up' | 'worker';
type Begin = (composition: Composition, client: TemporalClient, stacks: readonly StackState[]) => Promise<void>;

async function serve(options: StackOptions, role: Role, begin: Begin): Promise<void> {
  const composition = await composeWorker();
  try {
    const other = await holderOf(composition.settings.stateDirectory);
    if (other && role === 'up' && (await joinRunning(composition, options, other))) return;
    await own(composition, options, role, begin);
  } finally {
    await composition.close();
  }
}

async function own(composition: Composition, options: StackOptions, role: Role, begin: Begin): Promise<void> {
  const webhook = await webhookSettingsOf(composition);
  const givePlaceBack = await takePlace(composition.settings.stateDirectory);
  const health = await serveHealth(composition.settings.stateDirectory, composition.say);
  await startWhatBackupsStopped(composition);
  let server: Server | undefined;
  try {
    const stacks = await registerAll(composition, options.stacks);
    server = await serveTemporal(composition, options);
    const client = await connectClient(server.choice);
    try {
      await ensureNamespace(client.connection, server.choice.namespace);
      await refuseOtherWorker(client.client, composition.settings, composition);
      await takeOver(client.client, {
        host: composition.settings.host,
        stacks: (await composition.state.stacks()).map(({ name }) => name),
        makes: role === 'up' ? stacks.map(({ name }) => name) : [],
        code: await workflowCode(),
        say: composition.say,
      });
      await work({ composition, server, client, health }, async () => {
        await begin(composition, client, stacks);
        return webhook === undefined ? undefined : serveWebhook(composition, client, webhook);
      });
    } finally {
      await client.connection.close();
    }
  } finally {
    await server?.stop();
    await health.close();
    await givePlaceBack();
  }
}

async function registerAll(composition: Composition, places: readonly StackPlace[]): Promise<StackState[]> {
  const stacks: StackState[] = [];
  for (const place of places) stacks.push(await composition.registerStack(place));
  return stacks;
}

interface Serving {
  composition: Composition;
  server: Server;
  client: TemporalClient;
  health: Health;
}

/** Polls before it begins; `begin` gives what has to be closed before the worker is gone. */
async function work(
  { composition, server, client, health }: Serving,
  begin: () => Promise<{ close(): Promise<void> } | undefined>,
): Promise<void> {
  const { host, machine, stateId } = composition.settings;
  const { address, namespace, security } = server.choice;
  const running = await startWorker(
    { address, namespace, ...security },
    { host, machine, stateId },
    composition.activities(client),
  );
  const stopped = untilStopped(running, composition);
  const question = { client: client.client, host, identity: workerIdentity({ machine, stateId, pid: process.pid }) };
  health.answerWith(() => askWhetherItPolls(question));
  // Before anything else: the first deployment of a stack may take long.
  const metrics = await serveMetrics(composition, client);
  try {
    await whileItRuns(running, stopped, begin);
  } finally {
    await metrics.close();
  }
}

async function whileItRuns(
  running: RunningWorker,
  stopped: Promise<void>,
  begin: () => Promise<{ close(): Promise<void> } | undefined>,
): Promise<void> {
  let open: { close(): Promise<void> } | undefined;
  try {
    open = await begin();
  } catch (error) {
    running.leave();
    await stopped.catch(() => undefined);
    throw error;
  }
  try {
    await stopped;
  } finally {
    await open?.close();
  }
}
