/**
 * Our workflows on a real server with played activities: functions that return what the real ones would of a stack of that
 * size, so that histories of sizes can be weighed that no machine of ours could run. Pure.
 */
import type { Activities } from '../activities/types.js';
import type { CheckoutObservation, PlanSummary, ServiceDecision, StackObservation } from '../workflows/model.js';
import type { Size } from './stack.js';

/** What the real activities cut their lists to. */
const MOST_SERVICES = 60;
/** The plan of a first deployment touches all; of the usual one, one. */
export type Extent = 'one service changes' | 'every service changes';

const commit = (seed: number): string => seed.toString(16).padStart(2, '0').repeat(20).slice(0, 40);
const names = (word: string, count: number): string[] =>
  Array.from({ length: count }, (_, index) => `${word}-${String(index + 1).padStart(3, '0')}`);

function observation({ checkouts }: Size, behind: boolean): StackObservation {
  const seen = names('checkout', checkouts).map((name, index): CheckoutObservation => {
    const isBehind = behind && index === 0;
    return {
      name,
      dir: `/srv/platform/${name}`,
      word: isBehind ? 'behind' : 'up to date',
      branch: 'main',
      upstream: 'origin/main',
      head: commit(index),
      upstreamCommit: isBehind ? commit(200) : commit(index),
      behind: isBehind ? 1 : 0,
      ahead: 0,
      files: [],
      subject: 'Raise the limit of the thing that was too low',
    };
  });
  return {
    stack: 'sample',
    checkouts: seen,
    deployed: { number: 1, commits: Object.fromEntries(seen.map(({ name, head }) => [name, head ?? ''])) },
    quarantined: [],
    drift: [],
    running: 20,
  };
}

function decisions({ services }: Size, extent: Extent): ServiceDecision[] {
  const touched = extent === 'one service changes' ? 1 : services;
  return names('service', touched).map((service) => ({
    service,
    action: 'recreate',
    reason: 'its definition changed (environment, image)',
  }));
}

function plan(size: Size, extent: Extent): PlanSummary {
  const touched = decisions(size, extent);
  return {
    checkouts: [
      { name: 'checkout-001', from: commit(0), to: commit(200), subjects: ['Raise the limit'], filesChanged: 1 },
    ],
    renderedFiles: [],
    images: [],
    services: touched.slice(0, MOST_SERVICES),
    untouched: size.services - touched.length,
    removed: [],
    irreversible: [],
    warnings: [],
  };
}

/** The activities of a check and of a deployment that goes well. */
export function playedActivities(size: Size, extent: Extent, deploys: boolean): Partial<Activities> {
  const done = <T>(value: T) => Promise.resolve(value);
  return {
    beginDeployment: () => done({ startedAt: '2026-01-02T03:04:05.000Z' }),
    observeStack: () => done(observation(size, deploys)),
    stageRelease: () => done({ checkouts: size.checkouts, renderedFiles: [] }),
    validateRelease: () => done(plan(size, extent)),
    pullImages: () => done({ pulled: [], built: [] }),
    advanceCheckouts: () => done({ moved: ['checkout-001'], renderedFiles: [] }),
    applyServices: () => done({ services: decisions(size, extent) }),
    settleServices: () =>
      done({
        health: decisions(size, extent).map(({ service }) => ({ service, health: 'healthy' as const })),
        sickBefore: [],
      }),
    concludeDeployment: () => done({ notify: false, nextNumber: 1 }),
    reconcileSchedules: () => done({ changed: [] }),
  };
}
