/** Which notice is sent, from what was told before: nothing twice within the hour, and recovery once. Pure. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import type { NoticeKind } from '../stack/notify.js';
import { asRecovery, type Notice } from './notice.js';

const MUTED_MS = 3_600_000;
/** More different notices than this in an hour are forgotten, oldest first. */
const KEPT = 50;
const BAD = ['failed', 'rolled-back', 'blocked', 'job-failed'] as const;

/** What was told of one stack. */
export const NoticeMemory = z.object({
  /** What is wrong, as it was told last, and since when something is. */
  bad: z.object({ kind: z.enum(BAD), at: z.string(), lasting: z.boolean().default(false) }).exactOptional(),
  /** The event before this one was bad, but perhaps a hiccup, and was not told. */
  unsure: z.boolean().default(false),
  /** What was told within the hour. */
  told: z.array(z.object({ digest: z.string(), at: z.string() })).default([]),
});
export type NoticeMemory = z.output<typeof NoticeMemory>;

export const NOTHING_TOLD: NoticeMemory = { unsure: false, told: [] };

export interface Decision {
  /** What is to be sent; good news after bad is made a recovery here. Undefined: nothing. */
  send: Notice | undefined;
  /** To be kept when `send` was delivered to anybody, or there was nothing to send. */
  memory: NoticeMemory;
}

/**
 * `notice` undefined: something happened that nobody need hear of; it still ends a hiccup. `wanted`: what the operator
 * wants to hear; what is not wanted is not remembered as told either, so that nobody hears of a recovery from it.
 */
export function decide(
  memory: NoticeMemory,
  notice: Notice | undefined,
  now: Date,
  wanted: readonly NoticeKind[],
): Decision {
  const told = memory.told.filter(({ at }) => isWithinTheHour(at, now)).slice(-KEPT);
  const calm: NoticeMemory = { ...memory, told, unsure: false };
  if (notice === undefined) return { send: undefined, memory: calm };
  if (notice.kind === 'deployed' || notice.kind === 'recovered') return decideGood(calm, notice, now, wanted);
  if (notice.unsure && !memory.unsure) return { send: undefined, memory: { ...calm, unsure: true } };
  if (!wanted.includes(notice.kind)) return { send: undefined, memory: { ...calm, unsure: notice.unsure === true } };

  const after = { ...withBad(calm, notice, now), unsure: notice.unsure === true };
  return sendOnce(after, notice, now);
}

/** Bad news that were told are over: those of before are told anew should they come back. */
function decideGood(memory: NoticeMemory, notice: Notice, now: Date, wanted: readonly NoticeKind[]): Decision {
  const { bad } = memory;
  const isProof = notice.kind === 'deployed' || bad?.lasting !== true;
  if (bad === undefined || !isProof) {
    const isNews = notice.kind === 'deployed' && wanted.includes('deployed');
    return isNews ? sendOnce(memory, notice, now) : { send: undefined, memory };
  }
  const well: NoticeMemory = { unsure: false, told: notice.kind === 'deployed' ? remember([], notice, now) : [] };
  if (wanted.includes('recovered')) return { send: asRecovery(notice, bad), memory: well };
  return { send: wanted.includes(notice.kind) ? notice : undefined, memory: well };
}

function sendOnce(memory: NoticeMemory, notice: Notice, now: Date): Decision {
  const digest = digestOf(notice);
  if (memory.told.some((one) => one.digest === digest)) return { send: undefined, memory };
  return { send: notice, memory: { ...memory, told: remember(memory.told, notice, now) } };
}

const remember = (told: NoticeMemory['told'], notice: Notice, now: Date): NoticeMemory['told'] =>
  [...told, { digest: digestOf(notice), at: now.toISOString() }].slice(-KEPT);

function withBad(memory: NoticeMemory, notice: Notice, now: Date): NoticeMemory {
  const kind = BAD.find((candidate) => candidate === notice.kind);
  if (kind === undefined) return memory;
  const { at = now.toISOString(), lasting = false } = memory.bad ?? {};
  return { ...memory, bad: { kind, at, lasting: lasting || notice.lasting === true } };
}

/** A clock that was set back must not mute for longer. */
function isWithinTheHour(at: string, now: Date): boolean {
  const age = now.getTime() - Date.parse(at);
  return age >= 0 && age < MUTED_MS;
}

/**
 * Equal for the same news: times, numbers and long ids do not count, the commits do. Of a deployment that succeeded or
 * waits the number counts: it is one of a kind, and what a person types.
 */
export function digestOf({ kind, stack, number, title, text, todo = '', checkouts = [] }: Notice): string {
  const commits = checkouts.map(({ name, to = '' }) => `${name}@${to}`).sort();
  const isOfItsOwn = kind === 'deployed' || kind === 'waiting';
  const parts = [
    kind,
    stack,
    isOfItsOwn ? number : '',
    withoutNumbers(title),
    withoutNumbers(text),
    withoutNumbers(todo),
  ];
  return createHash('sha256')
    .update(JSON.stringify([parts, commits]))
    .digest('hex')
    .slice(0, 16);
}

/** Ids of containers and images change with every attempt. */
const withoutNumbers = (text: string): string =>
  text.replace(/\b[0-9a-f]{12,}\b/gi, '#').replace(/\d+(?:[.,:]\d+)*/g, '#');
