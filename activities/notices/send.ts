/** Delivers one notice to everybody. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Redact } from '../shared/redact.js';
import type { NoticeSettings, Receiver } from '../stack/notify.js';
import type { Failure } from './failure-words.js';
import { redactNotice, type Notice } from './notice.js';
import { post } from './post.js';
import { renderJson, renderMail, renderSlack } from './render.js';
import { createReceiverRedactor } from './secrets.js';
import { sendMail } from './send-mail.js';

export interface SendOptions {
  settings: Omit<NoticeSettings, 'notifyOn'>;
  /** That of the stack: the notice holds what programs said and people wrote. */
  redact: Redact;
  signal: AbortSignal;
  /** For one receiver, both tries together; 10,000 unless given. */
  limitMs?: number;
}

export interface Delivery {
  /** `mail to ops@example.org`, `webhook at hooks.slack.com`. */
  sent: string[];
  /** A sentence each, without secrets. */
  failed: string[];
}

const LIMIT_MS = 10_000;
const TRIES = 2;
const PAUSE_MS = 500;

/**
 * All receivers at once. A receiver that fails is tried once more where that may help, and is told in `failed`; one whose
 * answer came too late may have got the notice, or get it twice. Throws only the reason of the caller's abort.
 */
export async function sendNotice(notice: Notice, options: SendOptions): Promise<Delivery> {
  const { settings, redact, signal, limitMs = LIMIT_MS } = options;
  signal.throwIfAborted();
  const hide = createReceiverRedactor(settings);
  const safe = (text: string) => redact(hide(text));
  const told = redactNotice(notice, safe);
  const deliveries = await Promise.all(
    settings.notify.map((receiver) =>
      withLimit(limitMs, signal, (limited) => deliver(told, receiver, settings, limited, limitMs)),
    ),
  );
  signal.throwIfAborted();
  return {
    sent: deliveries.flatMap(({ sent }) => sent),
    failed: deliveries.flatMap(({ failed }) => failed.map(safe)),
  };
}

async function deliver(
  notice: Notice,
  receiver: Receiver,
  settings: SendOptions['settings'],
  signal: AbortSignal,
  limitMs: number,
): Promise<Delivery> {
  for (let tries = 1; ; tries += 1) {
    const result = await deliverOnce(notice, receiver, settings, signal);
    if (!('failure' in result)) return result;
    if (signal.aborted || tries === TRIES || !result.failure.again) {
      const why = signal.aborted ? `does not answer within ${limitMs / 1000} s` : result.failure.why;
      return { sent: [], failed: [sentence(result.name, result.host, why)] };
    }
    // An abort ends the pause; the next try sees it at once.
    await sleep(PAUSE_MS, undefined, { signal }).catch(() => undefined);
  }
}

type Once = Delivery | { failure: Failure; name: string; host: string };

async function deliverOnce(
  notice: Notice,
  receiver: Receiver,
  { smtpUrl, mailFrom }: SendOptions['settings'],
  signal: AbortSignal,
): Promise<Once> {
  if (receiver.kind !== 'mail') {
    const body = receiver.kind === 'slack' ? renderSlack(notice) : renderJson(notice);
    const { host } = new URL(receiver.url);
    const failure = await post(body, receiver, signal);
    return failure ? { failure, name: 'The webhook', host } : { sent: [`webhook at ${host}`], failed: [] };
  }
  const host = `${smtpUrl.host}:${smtpUrl.port}`;
  const { addresses } = receiver;
  const result = await sendMail(renderMail(notice), addresses, smtpUrl, mailFrom, signal);
  if (!result.sent) return { failure: result.failure, name: mailTo(addresses), host };
  const refused = new Set(result.refused.map(({ address }) => address));
  return {
    sent: [`mail to ${addresses.filter((address) => !refused.has(address)).join(', ')}`],
    failed: result.refused.map(({ address, failure }) => sentence(mailTo([address]), host, failure.why)),
  };
}

const mailTo = (addresses: readonly string[]): string => `Mail to ${addresses.join(', ')}`;
const sentence = (name: string, host: string, why: string): string =>
  `${name} was not told: ${host} ${why}.`.replace(/\.\.$/, '.');

/** A timer of our own: it keeps the process until the limit, and its signal cannot be collected as garbage before. */
async function withLimit<T>(ms: number, outer: AbortSignal, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const controller = new AbortController();
  const end = () => controller.abort();
  const timer = setTimeout(end, ms);
  outer.addEventListener('abort', end, { once: true });
  try {
    return await work(controller.signal);
  } finally {
    clearTimeout(timer);
    outer.removeEventListener('abort', end);
  }
}
