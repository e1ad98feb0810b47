/** One look at Cowbird, for a person. Changes nothing. */
import type { CowbirdSight } from '../../../workflows/cowbird-model.js';
import type { Step } from '../../shared/step.js';
import type { Configuration } from '../../stack/view.js';
import type { Dependencies } from '../dependencies.js';

export async function sightOfCowbird(
  _view: Configuration,
  _step: Pick<Step, 'signal'>,
  _deps: Dependencies,
): Promise<CowbirdSight> {
  throw new Error('not yet');
}
