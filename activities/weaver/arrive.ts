/** Waits for Weaver itself: signed in, there, and in a role that has providers. */
import { setTimeout as sleep } from 'node:timers/promises';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { WebFailure } from '../shared/web.js';
import { askRoot, registeredIds, type Reach } from './client.js';
import { ROLE, WITHOUT_PROVIDERS } from './roles.js';

const PAUSE_MS = 1_000;

/**
 * Ids of what is registered. Throws Configuration at once for a role that has no providers, Unhealthy when the time is over.
 * `providers`: false when none are wanted, so that any role will do.
 */
export async function arriveAtWeaver(reach: Reach, providers: boolean): Promise<string[]> {
  for (;;) {
    const seen = await look(reach, providers);
    if (Array.isArray(seen)) return seen;
    if (reach.deadline.leftMs() <= PAUSE_MS) {
      throw new StepFailure(
        FAILURES.unhealthy,
        `Weaver was not there within ${reach.deadline.seconds} s: ${reach.url}/ ${seen}. Look at the container weaver and at the proxy before it.`,
      );
    }
    await sleep(PAUSE_MS, undefined, { signal: reach.signal });
  }
}

/** Its ids, or why not yet: a clause. */
async function look(reach: Reach, providers: boolean): Promise<string[] | string> {
  try {
    const root = await askRoot(reach);
    if ('answer' in root) return `answers with status ${root.answer.status} and is not Weaver`;
    if (WITHOUT_PROVIDERS.includes(root.role)) {
      if (!providers) return [];
      throw new StepFailure(
        FAILURES.configuration,
        `Weaver at ${reach.url} has the role ${root.role}, which has no providers: ${ROLE} in env.local.`,
      );
    }
    const ids = await registeredIds(reach);
    return Array.isArray(ids) ? ids : `does not tell what is registered (status ${ids.answer.status})`;
  } catch (error) {
    if (error instanceof WebFailure) return error.message;
    throw error;
  }
}
