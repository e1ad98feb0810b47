/**
 * The optional push trigger. A delivery means "look now" and nothing else: no commit, branch or command of it goes on, so that
 * whoever learns the secret can do what the schedule does anyway.
 */
import { messageOf } from '../../activities/shared/failures.js';
import type { Logger } from '../logger.js';
import { listen, type ListenLimits } from './listen.js';
import { createLooks } from './looks.js';
import type { StackRepositories } from './match.js';
import { parseDelivery } from './parse.js';
import { countedLog } from './quiet.js';
import type { WebhookSettings } from './settings.js';
import { isGenuine, type Delivery } from './verify.js';

export { WebhookListen, readWebhookSettings, type ListenAddress, type WebhookSettings } from './settings.js';
export type { StackRepositories } from './match.js';

export interface WebhookLimits extends ListenLimits {
  lookDistanceMs: number;
  matchDistanceMs: number;
  refusalPeriodMs: number;
}

export interface WebhookOptions extends WebhookSettings {
  /** Remote addresses of the checkouts of each stack; asked at most once a second. */
  repositories: () => Promise<StackRepositories[]>;
  /** Looks at a stack now; one at a time for each stack. */
  look: (stack: string) => Promise<void>;
  log: Pick<Logger, 'info' | 'warn'>;
  now?: () => number;
  limits?: Partial<WebhookLimits>;
}

export interface Webhook {
  /** HOST:PORT. */
  address: string;
  /** Looks that run go on; nothing is begun or logged any more. */
  close(): Promise<void>;
}

const LIMITS: WebhookLimits = {
  bodyBytes: 1_048_576,
  requestMs: 10_000,
  sweepMs: 1_000,
  lingerMs: 1_000,
  connections: 32,
  lookDistanceMs: 5_000,
  matchDistanceMs: 1_000,
  refusalPeriodMs: 60_000,
};

/** Throws `Configuration` when the address cannot be listened on. */
export async function startWebhook(options: WebhookOptions): Promise<Webhook> {
  const { secret, repositories, look, now = Date.now } = options;
  const limits = { ...LIMITS, ...options.limits };
  let closed = false;
  // The worker's log may be closed before a look that still runs fails.
  const log: WebhookOptions['log'] = {
    info: (...line) => (closed ? undefined : options.log.info(...line)),
    warn: (...line) => (closed ? undefined : options.log.warn(...line)),
  };
  const looks = createLooks({ ...limits, repositories, look, log, now });
  const refusals = countedLog(
    (count) => log.warn('Webhook requests with wrong or without credentials were refused', { requests: count }),
    limits.refusalPeriodMs,
  );
  const receive = (delivery: Delivery) => {
    if (!isGenuine(delivery, secret, now())) {
      refusals.count();
      return 401;
    }
    const parsed = parseDelivery(delivery);
    if ('status' in parsed) return parsed.status;
    looks.about(parsed.urls);
    return 202;
  };
  const failed = (error: unknown) => log.warn(`The webhook endpoint failed at a request: ${messageOf(error)}`);
  const listening = await listen(options.listen, limits, receive, failed);
  return {
    address: listening.address,
    async close() {
      closed = true;
      looks.stop();
      refusals.stop();
      await listening.close();
    },
  };
}
