/** `birdkeeper weaver status`, `birdkeeper cowbird status`: a look in this process, without Temporal. Changes nothing. */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { sightOfCowbird } from '../activities/deployment/cowbird/sight.js';
import { openConfiguration } from '../activities/deployment/open.js';
import { sightOfWeaver } from '../activities/deployment/weaver/sight.js';
import { StateDirectory, type StackState } from '../activities/state/index.js';
import type { Configuration } from '../activities/stack/view.js';
import type { StackPlace } from '../client/handlers.js';
import type { WeaverSight } from '../workflows/bird-sight.js';
import type { CowbirdSight } from '../workflows/cowbird-model.js';
import { composeWorker, type Composition } from './composition.js';

interface Looking {
  view: Configuration;
  composition: Composition;
  /** What is recorded of the stack on this host. */
  recorded: StackState;
}

export const weaverStatus = (place: StackPlace): Promise<WeaverSight> =>
  looking(place, async ({ view, composition, recorded }) => {
    const seen = await sightOfWeaver(view, composition, composition.dependencies);
    const note = await recorded.weaverNote();
    if (note === undefined) return seen;
    const { at, inStep, summary, birds } = note;
    return { ...seen, last: { at, inStep, summary, birds } };
  });

export const cowbirdStatus = (place: StackPlace): Promise<CowbirdSight> =>
  looking(place, async ({ view, composition, recorded }) => {
    const seen = await sightOfCowbird(view, composition, composition.dependencies);
    const note = await recorded.cowbirdNote();
    return note === undefined ? seen : { ...seen, last: { at: note.at, inStep: note.inStep } };
  });

/** On a copy of the record: a look registers no stack. */
async function looking<T>(place: StackPlace, look: (found: Looking) => Promise<T>): Promise<T> {
  const scratch = await mkdtemp(join(tmpdir(), 'birdkeeper-look-'));
  const composition = await composeWorker({ quiet: true, scratch });
  try {
    const stack = await composition.registerStack(place);
    const view = await openConfiguration(stack, composition.dependencies, composition.signal);
    const recorded = await recordOf(composition.settings.stateDirectory, stack);
    return await look({ view, composition, recorded });
  } finally {
    await composition.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function recordOf(root: string, scratch: StackState): Promise<StackState> {
  const known = new StateDirectory(root);
  const found = (await known.stacks()).find(({ name }) => name === scratch.name);
  return found === undefined ? scratch : known.stack(found.name);
}
