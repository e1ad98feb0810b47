/** HTTP probes of the stack: an address that has to answer as told. */
import { setTimeout as sleep } from 'node:timers/promises';
import { elapsedMs } from '../shared/elapsed.js';
import { FAILURES, StepFailure, messageOf } from '../shared/failures.js';
import { redactUrls } from '../shared/redact.js';

export interface Probe {
  url: string;
  /** Expected status. Redirects are not followed, so that they can be expected. */
  status: number;
  /** Has to be part of the answer. */
  text?: string | undefined;
}

/** Why a probe fails, by URL; empty when all are well. */
export type ProbeFailures = Readonly<Record<string, string>>;

const ONE_TRY_MS = 5_000;
const RETRY_MS = 500;
/** Text is looked for in the beginning of an answer. */
const MAX_ANSWER_CHARACTERS = 1_000_000;

/** One try of each, in parallel. */
export async function tryProbes(probes: readonly Probe[], signal: AbortSignal): Promise<ProbeFailures> {
  const results = await Promise.all(probes.map(async (probe) => [probe.url, await whyItFails(probe, signal)] as const));
  signal.throwIfAborted();
  return Object.fromEntries(results.flatMap(([url, why]) => (why === undefined ? [] : [[url, why] as const])));
}

/**
 * Tries until all are well. Those that failed before anything was touched (`failedBefore`, URLs) are left out. Throws
 * Unhealthy with what each said last.
 */
export async function probesAnswer(
  probes: readonly Probe[],
  options: { timeoutSeconds: number; signal: AbortSignal; failedBefore?: readonly string[] },
): Promise<void> {
  const deadline = elapsedMs() + options.timeoutSeconds * 1000;
  let open = probes.filter(({ url }) => !options.failedBefore?.includes(url));
  while (open.length > 0) {
    const failures = await tryProbes(open, options.signal);
    open = open.filter(({ url }) => url in failures);
    if (open.length === 0) return;
    if (elapsedMs() >= deadline) {
      const lines = Object.entries(failures).map(([url, why]) => `${redactUrls(url)} ${why}`);
      throw new StepFailure(
        FAILURES.unhealthy,
        `The stack does not answer as BIRDKEEPER_PROBES asks within ${options.timeoutSeconds} s: ${lines.join('; ')}.`,
      );
    }
    await sleep(RETRY_MS, undefined, { signal: options.signal });
  }
}

async function whyItFails(probe: Probe, signal: AbortSignal): Promise<string | undefined> {
  try {
    const response = await fetch(probe.url, {
      redirect: 'manual',
      signal: AbortSignal.any([signal, AbortSignal.timeout(ONE_TRY_MS)]),
    });
    const answer = probe.text === undefined ? '' : (await response.text()).slice(0, MAX_ANSWER_CHARACTERS);
    if (probe.text === undefined) await response.body?.cancel();
    return judgeAnswer(probe, response.status, answer);
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    return `does not answer (${redactUrls(messageOf(cause)) || 'no connection'})`;
  }
}

export function judgeAnswer(probe: Probe, status: number, answer: string): string | undefined {
  if (status !== probe.status) return `answers with status ${status} instead of ${probe.status}`;
  if (probe.text !== undefined && !answer.includes(probe.text)) {
    return `answers without the text ${JSON.stringify(probe.text)}`;
  }
  return undefined;
}
