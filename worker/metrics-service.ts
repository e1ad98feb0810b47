/** The metrics of this worker, out of what the host and the server have on record. */
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import type { TemporalClient } from './client.js';
import type { Composition } from './composition.js';
import { startMetrics, type Metrics } from './metrics/index.js';
import { samplesOf } from './metrics/page.js';
import { Records } from './metrics/records.js';
import { exposition } from './metrics/text.js';

export async function serveMetrics(composition: Composition, _client: TemporalClient): Promise<Metrics> {
  const { settings, state, dependencies, signal, logger } = composition;
  const records = new Records();
  const version = await ownVersion();
  const page = async (): Promise<string> => {
    const known = await Promise.all(
      (await state.stacks()).map(async ({ name }) => {
        const stack = await state.stack(name);
        return { name, records: await records.of(stack) };
      }),
    );
    return exposition(samplesOf({ version, host: settings.host, stacks: known }));
  };
  return startMetrics({
    addresses: settings.metricsListen,
    gateway: () => dependencies.engine.bridgeGateway({ signal }),
    page,
    log: logger,
  });
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
