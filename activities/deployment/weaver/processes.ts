/** The platform's promise as a whole: `GET <public>/weaver/processes?providers=true`. */
import { isStepFailure } from '../../shared/failures.js';
import type { Step } from '../../shared/step.js';
import { redactWords } from '../../shared/redact-words.js';
import { WebFailure } from '../../shared/web.js';
import type { Activities } from '../../types.js';
import { arriveAtWeaver } from '../../weaver/arrive.js';
import { registeredIds, type Reach } from '../../weaver/client.js';
import { listProcesses, lookAtSpoils } from '../../weaver/listing.js';
import { publicAddress } from '../../weaver/place.js';
import type { Dependencies } from '../dependencies.js';
import { redactorOf } from '../open.js';
import { requireWeaver } from './reach.js';

/** Asked once; the birds are looked at only to say which of them spoils it. */
export async function listWeaverProcesses(
  { stack }: Parameters<Activities['listWeaverProcesses']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['listWeaverProcesses']> {
  const { view, place, reach } = await requireWeaver(stack, undefined, step, deps);
  await reach.session?.open(reach.deadline, step.signal);
  await untilThere(reach);
  const base = publicAddress(view.variables);
  const url = base === undefined ? place.url : `${base}/${view.variables['WEAVER_MANAGER_NAME'] || 'weaver'}`;
  const [listing, ids] = await Promise.all([listProcesses({ ...reach, url }), registeredIds(reach).catch(noIds)]);
  const held = 'holds' in listing ? Object.keys(listing.holds) : [];
  // What is in the list was read by Weaver, and what is not registered is no matter of it.
  const suspects = place.birds.filter(({ name }) => Array.isArray(ids) && ids.includes(name) && !held.includes(name));
  const spoils = await Promise.all(
    suspects.map(async ({ name, url: bird }) => ({ bird: name, ...(await lookAtSpoils(bird, reach)) })),
  );
  const breaks = spoils.filter(({ breaksListing }) => breaksListing).map(({ bird }) => bird);
  const breaksIds = spoils.filter((each) => each.breaksIds).map(({ bird }) => bird);
  return { ...redactWords(listing, redactorOf(view)), breaks, breaksIds };
}

/** It may have been restarted with its worker a moment ago. What keeps it away, the list says itself. */
async function untilThere(reach: Reach): Promise<void> {
  try {
    await arriveAtWeaver(reach, false);
  } catch (error) {
    if (!isStepFailure(error)) throw error;
  }
}

function noIds(error: unknown): string[] {
  if (error instanceof WebFailure) return [];
  throw error;
}
