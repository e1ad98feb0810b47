/** The metrics of this worker, out of what the host and the server have on record. */
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import { isRunAlive } from '../activities/deployment/local-run.js';
import { messageOf } from '../activities/shared/failures.js';
import type { StackState } from '../activities/state/index.js';
import type { ServiceHealth } from '../workflows/model.js';
import { deepest } from '../client/failures.js';
import type { TemporalClient } from './client.js';
import type { Composition } from './composition.js';
import { startMetrics, type Metrics } from './metrics/index.js';
import { samplesOf, type KnownStack } from './metrics/page.js';
import { Records } from './metrics/records.js';
import { processMetrics } from './metrics/sdk.js';
import { ServerLook } from './metrics/server.js';
import { exposition } from './metrics/text.js';
import { Watch } from './metrics/watch.js';
import { lookAtHealth } from './service-health.js';

/** How long the server has for all that it is asked; a first look may read thirty days of runs. */
const LOOK_LIMIT_MS = 60_000;
/** How long a page waits for the server: then it is made of what was known. */
const PAGE_WAIT_MS = 500;
/** How long a page waits for the engine: then nothing is said of services. */
const ENGINE_WAIT_MS = 2_000;
/** Also when nobody scrapes, because the server forgets. */
const LOOK_EVERY_MS = 15 * 60_000;
/** Several who scrape cost the server one look. */
const FRESH_MS = 5_000;

/** Whatever is wrong with them is told, and the worker works. */
export async function serveMetrics(composition: Composition, connected: TemporalClient): Promise<Metrics> {
  try {
    return await serve(composition, connected);
  } catch (error) {
    composition.logger.warn(`Metrics are not served: ${messageOf(error)}`);
    return { addresses: () => [], close: () => Promise.resolve() };
  }
}

async function serve(composition: Composition, { client }: TemporalClient): Promise<Metrics> {
  const { settings, state, dependencies, signal, logger } = composition;
  const { host } = settings;
  const stacks = async () => Promise.all((await state.stacks()).map(({ name }) => state.stack(name)));
  const server = new ServerLook(client, host);
  let closed = false;
  const watch = new Watch(
    (until) => server.ask(until, Date.now() + LOOK_LIMIT_MS),
    stacks,
    (error) => {
      if (!closed) logger.warn(`Metrics of runs and schedules are those of before: ${messageOf(deepest(error))}`);
    },
  );
  const look = lookAtMostEvery(FRESH_MS, watch);
  const records = new Records();
  const health = (stack: string) =>
    lookAtHealth(dependencies.engine, stack, AbortSignal.timeout(ENGINE_WAIT_MS)).catch((): ServiceHealth[] => []);
  const process = processMetrics(() => composition.sdkMetrics());
  const version = await ownVersion();
  const page = async (): Promise<string> => {
    await Promise.race([look(), sleep(PAGE_WAIT_MS, undefined, { ref: false })]);
    const known = await Promise.all((await stacks()).map((stack) => readStack(stack, records, watch, health)));
    const ours = exposition(samplesOf({ version, host, now: Date.now(), stacks: known, watched: watch.known() }));
    return `${ours}${await process.text()}`;
  };
  // What was added up is told from the first page on, also when the server does not answer.
  await watch.recall().catch(() => undefined);
  void look();
  const timer = setInterval(() => void look(), LOOK_EVERY_MS);
  timer.unref();
  const served = await startMetrics({
    addresses: settings.metricsListen,
    gateway: () => dependencies.engine.bridgeGateway({ signal }),
    page,
    log: logger,
  });
  return {
    addresses: () => served.addresses(),
    async close() {
      closed = true;
      clearInterval(timer);
      process.close();
      await served.close();
    },
  };
}

function lookAtMostEvery(freshMs: number, watch: Watch): () => Promise<void> {
  let lookedAt = 0;
  return async () => {
    if (Date.now() - lookedAt < freshMs) return;
    await watch.look();
    lookedAt = Date.now();
  };
}

async function readStack(
  stack: StackState,
  known: Records,
  watch: Watch,
  health: (stack: string) => Promise<ServiceHealth[]>,
): Promise<KnownStack> {
  const [records, services] = await Promise.all([known.of(stack), health(stack.name)]);
  const { local } = records;
  return {
    name: stack.name,
    records,
    isLocal: local !== undefined && (await isRunAlive(stack, local).catch(() => false)),
    unreadable: records.unreadable + Number(watch.isUnreadable(stack.name)),
    health: services,
  };
}

const Package = z.object({ name: z.literal('birdkeeper'), version: z.string() });

/** From the build and from the sources the file lies at another depth. */
async function ownVersion(): Promise<string> {
  for (const place of ['../../package.json', '../package.json']) {
    const text = await readFile(new URL(place, import.meta.url), 'utf8').catch(() => '{}');
    const read = Package.safeParse(JSON.parse(text));
    if (read.success) return read.data.version;
  }
  return 'unknown';
}
