/** Before birds are registered: is Weaver there, who is wanted, who is registered. */
import { FAILURES, StepFailure } from '../../shared/failures.js';
import type { Step } from '../../shared/step.js';
import type { WeaverLook } from '../../follow-up-types.js';
import type { Activities } from '../../types.js';
import { arriveAtWeaver } from '../../weaver/arrive.js';
import type { Dependencies } from '../dependencies.js';
import { wantedHash, whileCurrent } from './current.js';
import { reachWeaver } from './reach.js';

type Input = Parameters<Activities['lookAtWeaver']>[0];

/** Waits for Magpie and Weaver. `birds`: only of these, which have to be wanted ones. */
export async function lookAtWeaver(
  input: Input,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['lookAtWeaver']> {
  return whileCurrent({ stack: input.stack, about: wantedHash, step, deps }, (meanwhile) =>
    lookOnce(input, meanwhile, deps),
  );
}

async function lookOnce({ stack, begunAt, birds }: Input, step: Step, deps: Dependencies): Promise<WeaverLook> {
  const found = await reachWeaver(stack, begunAt, step, deps);
  if (found === undefined) return { has: false };
  const { place, reach, view } = found;
  const wanted = place.birds.map(({ name }) => name);
  const strangers = (birds ?? []).filter((bird) => !wanted.includes(bird));
  if (strangers.length > 0) {
    throw new StepFailure(
      FAILURES.badInput,
      `${strangers.join(', ')}: not in WEAVER_WPS_PROVIDERS (which has: ${wanted.join(', ') || 'none'}). Add it there to have it registered.`,
    );
  }
  await reach.session?.open(reach.deadline, step.signal);
  const registered = await arriveAtWeaver(reach, wanted.length > 0);
  return {
    has: true,
    ...{ wanted, registered },
    drops: place.dropsOthers,
    lookSeconds: view.settings.weaverLookSeconds,
    maxTimeSeconds: place.maxTimeSeconds,
    basis: wantedHash(view),
  };
}
