/** Asks Cowbird and Magpie. A session that has ended meanwhile is renewed once. */
import { setTimeout as sleep } from 'node:timers/promises';
import { WebFailure, type Web, type WebAnswer, type WebRequest } from '../shared/web.js';
import type { CowbirdPlace } from './place.js';

/** No answer: a clause. */
export interface Unheard {
  why: string;
}

export type Heard = WebAnswer | Unheard;

export const isUnheard = (heard: Heard): heard is Unheard => 'why' in heard;

const ASK_MS = 10_000;
const [FIRST_PAUSE_MS, LONGEST_PAUSE_MS] = [1_000, 5_000];

export interface Conversation {
  place: CowbirdPlace;
  web: Web;
  signal: AbortSignal;
}

export type Question = Omit<WebRequest, 'limitMs'> & { limitMs?: number };

/** Signed in where there is a Magpie; `cookies: false` asks as anybody. */
export async function ask({ place, web, signal }: Conversation, question: Question): Promise<Heard> {
  const asked = { ...question, limitMs: question.limitMs ?? ASK_MS };
  const { magpie, deadline } = place;
  const generation = magpie?.session.generation ?? 0;
  try {
    const answer = await web.ask(asked, signal);
    const isSigned = magpie !== undefined && question.cookies !== false;
    if (!isSigned || (answer.status !== 401 && answer.status !== 403)) return answer;
    await magpie.session.renew(generation, deadline, signal);
    // Refused with a session that is fresh: it is not the session.
    return magpie.session.generation === generation ? answer : await web.ask(asked, signal);
  } catch (error) {
    if (error instanceof WebFailure) return { why: error.message };
    throw error;
  }
}

/** Asked again, after longer and longer pauses, until it is good or the time is over; the last answer counts. */
export async function askUntil(
  conversation: Conversation,
  question: Question,
  isGood: (heard: Heard) => boolean,
): Promise<Heard> {
  const { deadline } = conversation.place;
  for (let pause = FIRST_PAUSE_MS; ; pause = Math.min(pause + FIRST_PAUSE_MS, LONGEST_PAUSE_MS)) {
    const heard = await ask(conversation, question);
    if (isGood(heard) || deadline.leftMs() <= pause) return heard;
    await sleep(pause, undefined, { signal: conversation.signal });
  }
}

/**
 * Why an answer is none of the service that was asked for: a clause. Twitcher speaks in exceptions of OGC services, and says 400 of
 * what it cannot reach and of services that Magpie does not know.
 */
export function whyNot(heard: Heard): string {
  if (isUnheard(heard)) return heard.why;
  const { status, text } = heard;
  const [, said = ''] = /<(?:\w+:)?ExceptionText>([^<]*)/.exec(text) ?? [];
  const words = said.replace(/\s+/g, ' ').trim().slice(0, 200);
  return words === '' ? `answers with status ${status}` : `answers with status ${status} ("${words}")`;
}

export const isUnknownService = (heard: Heard): boolean =>
  !isUnheard(heard) && /Could not find service/.test(heard.text);

export const isRefused = (heard: Heard): boolean => !isUnheard(heard) && (heard.status === 401 || heard.status === 403);
