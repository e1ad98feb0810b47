/** Where metrics are served. A setting of the host. */
import { z } from 'zod';
import { messageOf } from '../../activities/shared/failures.js';
import { parseListen, type ListenAddress } from '../webhook/settings.js';

/** `gateway`: the address that this host has on the engine's default bridge, which containers call host.docker.internal. */
export type MetricsAddress = ListenAddress | { gateway: true; port: number };

export const METRICS_PORT = 9469;
export const DEFAULT_METRICS_LISTEN = `127.0.0.1:${METRICS_PORT} docker:${METRICS_PORT}`;

const FORM =
  'should be none, or a list of PORT (of the loopback address), HOST:PORT and docker:PORT (for containers), such as 127.0.0.1:9469 docker:9469';
const MOST_ADDRESSES = 16;

/** Empty: none. Throws a RangeError that says what is expected. */
export function parseMetricsListen(text: string): MetricsAddress[] {
  const words = text.split(/[\s,]+/).filter((word) => word !== '');
  if (words.length === 1 && words[0] === 'none') return [];
  if (words.length === 0 || words.length > MOST_ADDRESSES) throw new RangeError(FORM);
  const addresses = words.map(addressOf);
  return addresses.filter((one, at) => addresses.findIndex((other) => textOf(other) === textOf(one)) === at);
}

function addressOf(word: string): MetricsAddress {
  try {
    const { host, port } = parseListen(word);
    return host.toLowerCase() === 'docker' ? { gateway: true, port } : { host, port };
  } catch {
    throw new RangeError(FORM);
  }
}

/** As it is written. */
export const textOf = (address: MetricsAddress): string => {
  if ('gateway' in address) return `docker:${address.port}`;
  return `${address.host.includes(':') ? `[${address.host}]` : address.host}:${address.port}`;
};

/** `BIRDKEEPER_METRICS_LISTEN` in the schema of the host's settings. */
export const MetricsListen = z
  .string()
  .default(DEFAULT_METRICS_LISTEN)
  .transform((text, context): MetricsAddress[] => {
    try {
      return parseMetricsListen(text);
    } catch (error) {
      context.addIssue({ code: 'custom', message: messageOf(error) });
      return z.NEVER;
    }
  });
