/** The platform's promise as a whole: `GET <public>/weaver/processes?providers=true`. */
import type { Step } from '../../shared/step.js';
import type { Activities } from '../../types.js';
import { listProcesses, lookAtSpoils } from '../../weaver/listing.js';
import { publicAddress } from '../../weaver/place.js';
import type { Dependencies } from '../dependencies.js';
import { requireWeaver } from './reach.js';

/** Asked once; the birds are looked at only to say which of them spoils it. */
export async function listWeaverProcesses(
  { stack }: Parameters<Activities['listWeaverProcesses']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['listWeaverProcesses']> {
  const { view, place, reach } = await requireWeaver(stack, undefined, step, deps);
  await reach.session?.open(reach.deadline, step.signal);
  const base = publicAddress(view.variables);
  const url = base === undefined ? place.url : `${base}/${view.variables['WEAVER_MANAGER_NAME'] || 'weaver'}`;
  const listing = await listProcesses({ ...reach, url });
  const spoils = await Promise.all(
    place.birds.map(async ({ name, url: bird }) => ({ bird: name, ...(await lookAtSpoils(bird, reach)) })),
  );
  const breaks = spoils.filter(({ breaksListing }) => breaksListing).map(({ bird }) => bird);
  const breaksIds = spoils.filter((each) => each.breaksIds).map(({ bird }) => bird);
  return { ...listing, breaks, breaksIds };
}
