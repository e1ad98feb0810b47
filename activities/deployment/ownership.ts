import { giveTo } from '../git/ownership.js';
import type { Step } from '../shared/step.js';
import type { Configuration } from '../stack/view.js';
import type { Dependencies } from './dependencies.js';
import { gitOptions } from './open.js';

/** One process walks twenty thousand files in less. */
const GIVE_SECONDS = 300;

/** `AUTODEPLOY_CODE_OWNERSHIP`: whatever a deployment wrote belongs to that user. Twice: nothing differs any more. */
export async function keepOwnership(view: Configuration, step: Step, deps: Dependencies): Promise<void> {
  const { codeOwnership } = view.settings;
  if (codeOwnership === undefined) return;
  const rendered = view.rendered.map(({ path }) => path);
  for (const checkout of view.checkouts) {
    const options = gitOptions(deps, step.signal, GIVE_SECONDS);
    const { changed, sentence } = await giveTo(checkout, codeOwnership, options, rendered);
    if (changed > 0)
      step.log.info(`${checkout.name}: ${changed} files given to ${codeOwnership.uid}:${codeOwnership.gid}`);
    if (sentence !== undefined) step.log.warn(sentence);
  }
}
