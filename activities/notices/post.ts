/** One POST to a webhook. */
import type { Webhook } from '../stack/notify.js';
import { describeAnswer, describeFailure, type Failure } from './failure-words.js';

/** Enough for the one word that Slack answers. */
const ANSWER_BYTES = 1024;

/** Undefined: it was taken. Never throws. Follows no redirect: it may lead to another host, and makes a GET of it. */
export async function post(
  body: unknown,
  { url, authorization }: Webhook,
  signal: AbortSignal,
): Promise<Failure | undefined> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      redirect: 'manual',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'birdkeeper',
        ...(authorization !== undefined && { authorization }),
      },
      body: JSON.stringify(body),
      signal,
    });
    if (response.ok) {
      await response.body?.cancel();
      return undefined;
    }
    const answer = await beginningOf(response.body);
    return describeAnswer(response.status, response.headers.get('location'), answer, new URL(url));
  } catch (error) {
    return describeFailure(error);
  }
}

async function beginningOf(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (body === null) return '';
  const reader = body.getReader();
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < ANSWER_BYTES) {
    const { value } = await reader.read();
    if (value === undefined) break;
    chunks.push(value);
    bytes += value.length;
  }
  await reader.cancel();
  return Buffer.concat(chunks).subarray(0, ANSWER_BYTES).toString('utf8');
}
