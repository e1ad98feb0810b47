import { lostServices, sickServices } from '../health/baseline.js';
import { tryProbes } from '../health/probes.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import { probesOf, type Probed } from './components.js';
import type { Dependencies } from './dependencies.js';
import { BeginRecord, readRecord, type PlanRecord } from './records.js';

export interface Baseline extends Pick<PlanRecord, 'sickBefore' | 'failingBefore'> {
  /** Ran when the deployment began, and has ended since. */
  lost: string[];
}

/** What was sick before anything was touched: reported, and never a reason to roll back as long as it is left alone. */
export async function takeBaseline(
  { stack, number, view }: { stack: StackState; number: number; view: Probed },
  step: Step,
  deps: Dependencies,
): Promise<Baseline> {
  const begun = await readRecord(stack, number, 'begin.json', BeginRecord);
  const recorded = Object.keys((await stack.latestRelease())?.services ?? {});
  const [containers, failing] = await Promise.all([
    deps.engine.containers(stack.name, { signal: step.signal }),
    tryProbes(await probesOf(view), step.signal),
  ]);
  const lost = lostServices(begun?.wellBefore ?? [], containers);
  return {
    lost,
    sickBefore: sickServices(recorded, containers).flatMap(({ service }) => (lost.includes(service) ? [] : service)),
    // Of a stack of which nothing ran, probes are not "failing before": they are what the deployment is to bring about.
    failingBefore: recorded.length === 0 ? [] : Object.keys(failing),
  };
}
