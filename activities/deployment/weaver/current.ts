/** A push may want other birds, or have them elsewhere, while a registration waits: what is done is for what is wanted by now. */
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Step } from '../../shared/step.js';
import type { Configuration } from '../../stack/view.js';
import { weaverPlace, type WeaverPlace } from '../../weaver/place.js';
import type { Dependencies } from '../dependencies.js';
import { openConfigurationTogether } from '../open.js';

/** Hash of who is wanted and where, and whether others are to go, by which a later look sees that something changed. */
export function wantedHash({ variables }: Pick<Configuration, 'variables'>): string {
  const { place } = weaverPlace(variables);
  return hashOf(place && [place.url, place.birds, place.dropsOthers]);
}

/** The same of one bird. */
export const birdHash = (name: string, { url, birds }: Pick<WeaverPlace, 'url' | 'birds'>): string =>
  hashOf([url, birds.find((bird) => bird.name === name)?.url]);

const hashOf = (value: unknown): string =>
  createHash('sha256')
    .update(JSON.stringify(value ?? null))
    .digest('hex')
    .slice(0, 32);

/** What of the configuration the work is about. */
type About = (view: Configuration) => string;

const LOOK_MS = 5_000;

/** Begins `work` anew, with a signal of its own, as often as what it is about has changed while it runs. */
export async function whileCurrent<T>(
  { stack, about, step, deps }: { stack: string; about: About; step: Step; deps: Dependencies },
  work: (step: Step) => Promise<T>,
): Promise<T> {
  const look = () => hashNow(stack, about, step, deps);
  for (;;) {
    const [changed, ended] = [new AbortController(), new AbortController()];
    const signal = AbortSignal.any([step.signal, changed.signal]);
    void watch(look, changed, AbortSignal.any([step.signal, ended.signal]));
    try {
      return await work({ ...step, signal });
    } catch (error) {
      if (!changed.signal.aborted || step.signal.aborted) throw error;
      step.log.info('what is wanted of Weaver has changed meanwhile: it is begun anew');
    } finally {
      ended.abort();
    }
  }
}

/** Never rejects. */
async function watch(
  look: () => Promise<string | undefined>,
  changed: AbortController,
  ended: AbortSignal,
): Promise<void> {
  try {
    const begun = await look();
    for (;;) {
      await sleep(LOOK_MS, undefined, { signal: ended });
      const now = await look();
      if (begun !== undefined && now !== undefined && now !== begun) return changed.abort();
    }
  } catch {
    // It has ended.
  }
}

/** Undefined: it does not read just now, so that nothing is known of it. */
async function hashNow(stackName: string, about: About, step: Step, deps: Dependencies): Promise<string | undefined> {
  try {
    const stack = await deps.state.stack(stackName);
    return about(await openConfigurationTogether(stack, deps, step.signal));
  } catch {
    return undefined;
  }
}
