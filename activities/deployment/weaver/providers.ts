/** Registers and unregisters, one provider at a time. */
import type { BirdOutcome } from '../../../workflows/bird-model.js';
import { FAILURES, StepFailure } from '../../shared/failures.js';
import type { Step } from '../../shared/step.js';
import { WebFailure } from '../../shared/web.js';
import { redactWords } from '../../shared/redact-words.js';
import type { Activities } from '../../types.js';
import type { Configuration } from '../../stack/view.js';
import { silentOthers, unregister } from '../../weaver/dropped.js';
import { weaverPlace } from '../../weaver/place.js';
import { registerBird } from '../../weaver/register.js';
import type { Dependencies } from '../dependencies.js';
import { redactorOf } from '../open.js';
import { birdHash, whileCurrent } from './current.js';
import { requireWeaver } from './reach.js';

type Registration = Parameters<Activities['registerProvider']>[0];

/** Until it is registered and Weaver reads it, or its time is over: an outcome, never a failure for the bird's sake. */
export async function registerProvider(
  input: Registration,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['registerProvider']> {
  const about = ({ variables }: Pick<Configuration, 'variables'>) => {
    const { place } = weaverPlace(variables);
    return place === undefined ? '' : birdHash(input.bird, place);
  };
  return whileCurrent({ stack: input.stack, about, step, deps }, (meanwhile) => registerOne(input, meanwhile, deps));
}

async function registerOne(
  { stack, bird: name, begunAt }: Registration,
  step: Step,
  deps: Dependencies,
): Promise<BirdOutcome> {
  const { view, place, reach } = await requireWeaver(stack, begunAt, step, deps);
  const bird = place.birds.find((candidate) => candidate.name === name);
  if (bird === undefined) {
    return { bird: name, word: 'not registered', why: 'is not in WEAVER_WPS_PROVIDERS any more' };
  }
  await reach.session?.open(reach.deadline, step.signal);
  const outcome = await registerBird(bird, place, reach, (line) => {
    step.log.info(line);
    step.heartbeat(line);
  });
  if (outcome.why !== undefined) step.log.warn(`${name} (${outcome.word}): ${outcome.why}`);
  return redactWords(outcome, redactorOf(view));
}

/** Which providers nobody wants and do not answer, by one look. */
export async function findSilentProviders(
  { stack, among }: Parameters<Activities['findSilentProviders']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['findSilentProviders']> {
  const { place, reach } = await requireWeaver(stack, undefined, step, deps);
  await reach.session?.open(reach.deadline, step.signal);
  const wanted = place.birds.map(({ name }) => name);
  try {
    return await silentOthers(reach, wanted, among);
  } catch (error) {
    // A Weaver that does not answer says nothing against anybody.
    if (error instanceof WebFailure) return { others: [], silent: [] };
    throw error;
  }
}

/** Twice: it is gone already. A wanted one is refused: the next registration would bring it back. */
export async function unregisterProvider(
  { stack, bird }: Parameters<Activities['unregisterProvider']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['unregisterProvider']> {
  const { place, reach } = await requireWeaver(stack, undefined, step, deps);
  if (place.birds.some(({ name }) => name === bird)) {
    throw new StepFailure(
      FAILURES.badInput,
      `${bird} is in WEAVER_WPS_PROVIDERS, so that the next registration would bring it back: take it off that list first.`,
    );
  }
  await reach.session?.open(reach.deadline, step.signal);
  try {
    const removed = await unregister(reach, bird);
    if (removed) step.log.info(`${bird} is unregistered`);
    else step.log.warn(`${bird} could not be unregistered`);
    return { removed };
  } catch (error) {
    if (error instanceof WebFailure) throw new StepFailure(FAILURES.unhealthy, `Weaver ${error.message}`);
    throw error;
  }
}
