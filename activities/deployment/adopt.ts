import { adoptionDrift, dryRunUp } from '../compose/adopt.js';
import type { Step } from '../shared/step.js';
import { watchedSettings } from '../stack/open-view.js';
import type { Activities, StackInput } from '../types.js';
import { releaseOf } from './conclude.js';
import type { Dependencies } from './dependencies.js';
import { makePlan } from './make-plan.js';
import { openLiveProject, redactorOf } from './open.js';

/** In the place of a definition's hash: Compose would make these containers anew, so they are not what the files say. */
export const UNLIKE_FILES = 'not as the checkouts say';

/**
 * Records what runs as release 0 when nothing is recorded, and touches nothing. What Compose itself would make anew is
 * recorded as unlike the files: it is reported as drift and counts as changed at the next deployment. Twice: the second
 * time a release is recorded.
 */
export async function adoptStack(
  { stack: name }: StackInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['adoptStack']> {
  const stack = await deps.state.stack(name);
  const containers = (await deps.engine.containers(name, { signal: step.signal })).filter(({ oneOff }) => !oneOff);
  const running = containers.filter(({ state }) => state === 'running').length;
  if (containers.length === 0 || (await stack.latestRelease()) !== undefined)
    return { adopted: false, running, drift: [] };

  const view = await openLiveProject(stack, deps, step.signal);
  const { model, wanted } = await makePlan(
    { view, release: undefined, repair: false, imagesAreHere: true },
    step,
    deps,
  );
  const dryRun = await dryRunUp(view, { signal: step.signal, redact: redactorOf(view) });
  const drift = adoptionDrift(dryRun, model, containers);
  const services = Object.fromEntries(
    Object.entries(wanted)
      .filter(([service]) => containers.some((container) => container.service === service))
      .map(([service, fingerprint]) => {
        const own = containers.filter((container) => container.service === service);
        const unlike = own.some((container) => dryRun.recreated.includes(container.name));
        const imageId = own[0]?.imageId ?? fingerprint.imageId;
        return [service, { ...fingerprint, imageId, ...(unlike ? { definition: UNLIKE_FILES } : {}) }];
      }),
  );
  await stack.recordRelease(releaseOf(0, view, services, containers));
  await stack.setLastGood({ ...watchedSettings(view), logDir: view.settings.logDir });
  return { adopted: true, running, drift };
}
