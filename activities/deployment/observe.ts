import { decideStack } from '../../workflows/check-stack/decide.js';
import type { CheckoutObservation, Release, StackObservation } from '../../workflows/model.js';
import { driftOf } from '../compose/drift.js';
import type { EngineContainer } from '../docker/types.js';
import { observeCheckout } from '../git/observe.js';
import { FAILURES, isStepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { Intent, StackState } from '../state/index.js';
import { pinKey } from '../stack/settings.js';
import type { StackInput } from '../types.js';
import { UNLIKE_FILES } from './adopt.js';
import type { Dependencies } from './dependencies.js';
import { isRunAlive } from './local-run.js';
import { lookForMoved } from './moved.js';
import { wasToldBad } from './notices.js';
import { noteObserved, noteUnreadable } from './observed.js';
import { watchOf, type Watch } from './watch.js';

/** A history stays small however much has drifted. */
const MAX_DRIFT = 20;

/**
 * Looks at every checkout, in parallel and each with a limit of its own, and at what runs. Moves nothing but
 * remote-tracking refs. `number`: the deployment that looks; absent: a check, which writes one line to the log.
 */
export async function observeStack(
  { stack: name, fetch, number }: StackInput & { fetch: boolean; number?: number },
  step: Step,
  deps: Dependencies,
): Promise<StackObservation> {
  const stack = await deps.state.stack(name);
  const watch = await watchOf(stack, deps, step.signal).catch(async (error: unknown) => {
    if (isStepFailure(error, FAILURES.configuration)) await noteUnreadable(stack);
    throw error;
  });
  const rendered = await stack.renderedPaths();
  const [checkouts, containers, images] = await Promise.all([
    lookAtCheckouts(watch, { fetch, rendered }, step, deps),
    deps.engine.containers(name, { signal: step.signal }),
    fetch && watch.followsTags ? lookForMoved(stack, step, deps) : {},
  ]);
  const seen: StackObservation = {
    stack: name,
    checkouts,
    ...(await recorded(stack, containers, deps)),
    running: containers.filter(({ state, oneOff }) => state === 'running' && !oneOff).length,
    ...(watch.configurationError === undefined ? {} : { configurationError: watch.configurationError }),
    ...(fetch && checkouts.some(({ word }) => word === 'behind') ? { verify: true } : {}),
    ...images,
    ...(watch.repairsDrift ? { repairsDrift: true } : {}),
    ...(watch.notices && number === undefined ? { notices: true, wasTold: await wasToldBad(stack) } : {}),
  };
  if (fetch) await noteObserved(stack, seen);
  if (fetch && number === undefined) {
    const { word, reason, wanted } = decideStack(seen);
    await stack.setLook({ word, reason, commits: wanted, at: new Date().toISOString() });
    deps.journal.look({ stack: name, message: `${word}: ${reason}` });
  }
  return seen;
}

/** Every checkout as it is, with the remote-tracking branches that are here. */
export async function lookWithoutFetch(
  stack: StackState,
  step: Step,
  deps: Dependencies,
): Promise<CheckoutObservation[]> {
  const watch = await watchOf(stack, deps, step.signal);
  return lookAtCheckouts(watch, { fetch: false, rendered: await stack.renderedPaths() }, step, deps);
}

function lookAtCheckouts(
  { checkouts, roots, keys, gitSeconds, settings: { pins, rewrittenUpstream } }: Watch,
  how: { fetch: boolean; rendered: readonly string[] },
  step: Step,
  deps: Dependencies,
) {
  return Promise.all(
    checkouts.map((checkout) =>
      observeCheckout({
        checkout,
        isRoot: roots.has(checkout.dir),
        keys,
        ...how,
        pin: pins[pinKey(checkout.name)],
        rewrittenUpstream,
        signal: step.signal,
        timeoutMs: gitSeconds * 1_000,
        environment: deps.environment,
      }),
    ),
  );
}

type Recorded = Pick<StackObservation, 'deployed' | 'quarantined' | 'drift' | 'unfinished' | 'interrupted'>;

async function recorded(
  stack: StackState,
  containers: readonly EngineContainer[],
  deps: Dependencies,
): Promise<Recorded> {
  const release = await stack.latestRelease();
  const intent = await stack.intent();
  const open = intent !== undefined && (await isUnderWay(stack, intent.number, deps));
  return {
    deployed: release === undefined ? null : { number: release.number, commits: release.commits },
    quarantined: await stack.quarantined(),
    // While a deployment runs, containers differ from the record because they are meant to.
    drift:
      release === undefined || open
        ? []
        : [...adoptedDrift(release), ...driftOf(release, containers)].slice(0, MAX_DRIFT),
    ...(intent === undefined || open ? {} : unfinishedBy(intent)),
  };
}

/** By the server, or without it by `deploy --local`. */
async function isUnderWay(stack: StackState, number: number, deps: Dependencies): Promise<boolean> {
  if ((await deps.isDeploymentOpen?.(stack.name, number)) === true) return true;
  const local = await stack.localRun();
  return local?.number === number && (await isRunAlive(stack, local));
}

function unfinishedBy({ number, recovered, reached }: Intent): Pick<StackObservation, 'unfinished' | 'interrupted'> {
  return { unfinished: number, ...(reached === 'advance' && !recovered ? { interrupted: true } : {}) };
}

/** What was adopted and is not what the checkouts say stays drifted until it is deployed. */
const adoptedDrift = ({ services }: Release): string[] =>
  Object.entries(services).flatMap(([service, { definition }]) =>
    definition === UNLIKE_FILES ? [`Service ${service} runs, but not as the checkouts say.`] : [],
  );
