/** Weaver of a stack: where it is by the configuration, and how it is talked to. */
import { basename } from 'node:path';
import { deadlineOf } from '../../shared/deadline.js';
import { FAILURES, StepFailure } from '../../shared/failures.js';
import type { Step } from '../../shared/step.js';
import type { Configuration } from '../../stack/view.js';
import type { Reach } from '../../weaver/client.js';
import { weaverPlace, type WeaverPlace } from '../../weaver/place.js';
import { converseWith } from '../conversation.js';
import type { Dependencies } from '../dependencies.js';
import { openConfigurationTogether } from '../open.js';

export interface FoundWeaver {
  view: Configuration;
  place: WeaverPlace;
  reach: Reach;
}

/** A stack has it as a component, or says that it is elsewhere. */
export const hasWeaver = ({ components, variables }: Pick<Configuration, 'components' | 'variables'>): boolean =>
  components.some((directory) => basename(directory) === 'weaver') || (variables['WEAVER_URL'] ?? '') !== '';

/** `begunAt`: from when the time counts that a bird is given. Undefined: the stack has no Weaver. Throws Configuration. */
export async function reachWeaver(
  stackName: string,
  begunAt: string | undefined,
  step: Step,
  deps: Dependencies,
): Promise<FoundWeaver | undefined> {
  const stack = await deps.state.stack(stackName);
  const view = await openConfigurationTogether(stack, deps, step.signal);
  if (!hasWeaver(view)) return undefined;
  return reachWeaverOf(view, begunAt, step, deps);
}

export async function reachWeaverOf(
  view: Configuration,
  begunAt: string | undefined,
  { signal }: Pick<Step, 'signal'>,
  deps: Dependencies,
): Promise<FoundWeaver> {
  const { place, problems } = weaverPlace(view.variables);
  if (place === undefined) throw new StepFailure(FAILURES.configuration, problems.join('\n'));
  const { web, session } = await converseWith(view, deps, signal);
  const deadline = deadlineOf(place.maxTimeSeconds, begunAt === undefined ? undefined : new Date(begunAt));
  return {
    view,
    place,
    reach: { web, url: place.url, deadline, signal, ...(session === undefined ? {} : { session }) },
  };
}

/** As `reachWeaver`, of a stack that must have one. */
export async function requireWeaver(...asked: Parameters<typeof reachWeaver>): Promise<FoundWeaver> {
  const found = await reachWeaver(...asked);
  if (found !== undefined) return found;
  throw new StepFailure(
    FAILURES.badInput,
    `Stack ${asked[0]} has no Weaver: add components/weaver to EXTRA_CONF_DIRS (BIRDHOUSE_EXTRA_CONF_DIRS), or set WEAVER_URL.`,
  );
}
