/** `BIRDKEEPER_PULL=always`: tags that moved, asked with the login that the pulls have. */
import type { ServiceFingerprint } from '../../workflows/model.js';
import { movedImages, type MovedImage } from '../compose/moved-images.js';
import type { ComposeModel } from '../compose/model.js';
import { readModel } from '../compose/read.js';
import { registryLogins } from '../docker/credentials.js';
import { isStepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { StackView } from '../stack/view.js';
import type { StackState } from '../state/index.js';
import type { Dependencies } from './dependencies.js';
import { openLiveProject, redactorOf } from './open.js';

export function findMoved(
  view: StackView,
  model: ComposeModel,
  recorded: Readonly<Record<string, ServiceFingerprint>>,
  step: Step,
  deps: Dependencies,
): Promise<MovedImage[]> {
  return movedImages(model, {
    engine: deps.engine,
    loginFor: registryLogins({ environment: { ...view.variables }, signal: step.signal }),
    recorded,
    step,
    redact: redactorOf(view),
  });
}

interface Seen {
  movedImages?: { reference: string; digest: string }[];
  imagesError?: string;
}

/** For a look: a registry that cannot be asked is told, and hides nothing else. */
export async function lookForMoved(stack: StackState, step: Step, deps: Dependencies): Promise<Seen> {
  try {
    const view = await openLiveProject(stack, deps, step.signal);
    const model = await readModel(view, { signal: step.signal, redact: redactorOf(view) });
    const moved = await findMoved(view, model, (await stack.latestRelease())?.services ?? {}, step, deps);
    return moved.length === 0 ? {} : { movedImages: moved.map(({ reference, digest }) => ({ reference, digest })) };
  } catch (error) {
    if (!isStepFailure(error)) throw error;
    return { imagesError: error.message };
  }
}
