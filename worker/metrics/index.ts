/** Serves the metrics of this worker wherever the setting says. Nothing about them ever stops a worker. */
import { messageOf } from '../../activities/shared/failures.js';
import type { Logger } from '../logger.js';
import type { Listening } from '../http.js';
import { listen, METRICS_PATH } from './listen.js';
import { textOf, type MetricsAddress } from './settings.js';

export { MetricsListen, type MetricsAddress } from './settings.js';

/** A bridge that the engine makes later, or a port that another worker gives back. */
const RETRY_MS = 10_000;

export interface MetricsOptions {
  addresses: readonly MetricsAddress[];
  /** Address of this host on the engine's default bridge. */
  gateway: () => Promise<string | undefined>;
  /** The text; asked for once for all who ask at the same time. */
  page: () => Promise<string>;
  log: Pick<Logger, 'info' | 'warn'>;
  retryMs?: number;
}

export interface Metrics {
  /** HOST:PORT of each that is listened on. */
  addresses(): string[];
  close(): Promise<void>;
}

export async function startMetrics({
  addresses,
  gateway,
  page,
  log,
  retryMs = RETRY_MS,
}: MetricsOptions): Promise<Metrics> {
  const open = new Map<string, Listening>();
  let closed = false;
  const shared = together(page);
  const failed = (error: unknown) => {
    if (!closed) log.warn(`Metrics could not be told: ${messageOf(error)}`);
  };
  const begin = async (address: MetricsAddress): Promise<string | undefined> => {
    try {
      const listening = await listen(await resolved(address, gateway), shared, failed);
      if (closed) await listening.close();
      else open.set(textOf(address), listening);
      return undefined;
    } catch (error) {
      return `${textOf(address)} (${messageOf(error)})`;
    }
  };
  const problems = (await Promise.all(addresses.map(begin))).flatMap((problem) => problem ?? []);
  if (open.size > 0) {
    const places = [...open.values()].map(({ address }) => `http://${address}${METRICS_PATH}`);
    log.info(`Metrics are served at ${places.join(' and ')}.`);
  }
  if (problems.length > 0)
    log.warn(
      `Metrics are not served at ${problems.join(' and ')}: it is tried again and again. BIRDKEEPER_METRICS_LISTEN says where, or none.`,
    );
  const timer = setInterval(() => {
    for (const address of addresses) if (!open.has(textOf(address))) void begin(address);
  }, retryMs);
  timer.unref();
  return {
    addresses: () => [...open.values()].map(({ address }) => address),
    async close() {
      closed = true;
      clearInterval(timer);
      await Promise.all([...open.values()].map((listening) => listening.close()));
    },
  };
}

async function resolved(
  address: MetricsAddress,
  gateway: () => Promise<string | undefined>,
): Promise<{ host: string; port: number }> {
  if (!('gateway' in address)) return address;
  const host = await gateway();
  if (host === undefined) throw new Error('the engine has no default bridge');
  return { host, port: address.port };
}

/** Whoever asks while it is made gets the one that is made. */
function together(page: () => Promise<string>): () => Promise<string> {
  let making: Promise<string> | undefined;
  return () => (making ??= page().finally(() => (making = undefined)));
}
