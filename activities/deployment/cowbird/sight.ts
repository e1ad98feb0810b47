/** One look at Cowbird, for a person. Changes nothing. */
import type { CowbirdSight } from '../../../workflows/cowbird-model.js';
import { resultOf } from '../../cowbird/findings.js';
import { lookAtCowbird } from '../../cowbird/look.js';
import { isStepFailure, messageOf } from '../../shared/failures.js';
import type { Step } from '../../shared/step.js';
import type { Configuration } from '../../stack/view.js';
import type { Dependencies } from '../dependencies.js';
import { reachCowbirdOf } from './reach.js';
import { notSeen } from './verify.js';

/** A person waits. */
const LOOK_SECONDS = 10;

/** Throws Configuration when nothing says where it is. */
export async function sightOfCowbird(
  view: Configuration,
  step: Pick<Step, 'signal'>,
  deps: Dependencies,
): Promise<CowbirdSight> {
  const { place, web } = await reachCowbirdOf(view, step, deps, LOOK_SECONDS);
  const found = { stack: view.name, url: place.url };
  try {
    return { ...found, ...resultOf(await lookAtCowbird(place, web, step.signal)) };
  } catch (error) {
    if (!isStepFailure(error)) throw error;
    return { ...found, ...notSeen(messageOf(error)) };
  }
}
