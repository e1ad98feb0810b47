/** Has Cowbird wipe and build anew what a handler keeps. Source: `FileSystem.resync`, the only one that does something. */
import { RESYNCED } from '../../workflows/cowbird-model.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Web } from '../shared/web.js';
import { readHandlers } from './answers.js';
import { ask, isUnheard, whyNot, type Conversation } from './ask.js';
import type { CowbirdPlace } from './place.js';

/** Ends when Cowbird has. Throws Configuration when there is no such handler, Unhealthy when it failed or nobody knows. */
export async function resync(place: CowbirdPlace, handler: string, web: Web, signal: AbortSignal): Promise<void> {
  const conversation = { place, web, signal };
  await place.magpie?.session.open(place.deadline, signal);
  await requireHandler(conversation, handler);
  const url = `${place.url}/handlers/${encodeURIComponent(handler)}/resync`;
  const heard = await ask(conversation, { url, method: 'PUT', limitMs: Math.max(1_000, place.deadline.leftMs()) });
  if (!isUnheard(heard) && heard.status === 200) return;
  if (!isUnheard(heard) && heard.status === 404) {
    throw new StepFailure(
      FAILURES.configuration,
      'Cowbird knows no resync, which came with 2.1.0: raise COWBIRD_VERSION.',
    );
  }
  if (!isUnheard(heard) && heard.status === 500) {
    throw new StepFailure(
      FAILURES.unhealthy,
      `Cowbird failed in the middle of the resync of ${handler} (status 500): look into the log of cowbird, mend the cause, and resync again. People without a workspace are a cause.`,
    );
  }
  throw new StepFailure(
    FAILURES.unhealthy,
    `It is not known how the resync of ${handler} ended: Cowbird ${whyNot(heard)}. It may still be under way: look into the log of cowbird, and resync again when it has ended.`,
  );
}

async function requireHandler(conversation: Conversation, handler: string): Promise<void> {
  const read = readHandlers(await ask(conversation, { url: `${conversation.place.url}/handlers` }));
  if ('why' in read) {
    throw new StepFailure(
      FAILURES.unhealthy,
      `Cowbird does not tell its handlers: ${conversation.place.url}/handlers ${read.why}. Nothing was touched.`,
    );
  }
  if (read.names.includes(handler)) {
    if (handler !== RESYNCED || read.names.includes('Magpie')) return;
    // It asks that one who there is when it has wiped already, and ends there.
    throw new StepFailure(
      FAILURES.configuration,
      `The resync of ${RESYNCED} needs Cowbird's handler Magpie, which is not active: it would wipe and build nothing. Nothing was touched.`,
    );
  }
  throw new StepFailure(
    FAILURES.configuration,
    `Cowbird has no active handler ${handler}: ${[...read.names].sort().join(', ') || 'none at all'}. Nothing was touched.`,
  );
}
