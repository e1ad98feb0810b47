/** Cowbird of a stack, verified and, when a person asks, made to build anew. */
import type { Step } from '../../shared/step.js';
import type { Activities } from '../../types.js';
import type { Dependencies } from '../dependencies.js';

export async function verifyCowbird(
  _input: Parameters<Activities['verifyCowbird']>[0],
  _step: Step,
  _deps: Dependencies,
): ReturnType<Activities['verifyCowbird']> {
  throw new Error('not yet');
}

export async function resyncCowbird(
  _input: Parameters<Activities['resyncCowbird']>[0],
  _step: Step,
  _deps: Dependencies,
): ReturnType<Activities['resyncCowbird']> {
  throw new Error('not yet');
}
