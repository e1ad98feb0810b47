import type { ServiceDecision } from '../../workflows/model.js';
import { readJournal } from '../compose/journal.js';
import { replicasOf, type ComposeModel } from '../compose/model.js';
import { dependentsOf } from '../compose/order.js';
import { readModel } from '../compose/read.js';
import { servicesToWatch } from '../health/baseline.js';
import { probesAnswer } from '../health/probes.js';
import { watchUntilSettled } from '../health/watch.js';
import { elapsedMs } from '../shared/elapsed.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Activities, DeploymentInput, Direction } from '../types.js';
import { journalPath } from './apply.js';
import { probesOf } from './components.js';
import type { Dependencies } from './dependencies.js';
import { openLiveProject, redactorOf } from './open.js';
import { planOf } from './records.js';

/**
 * Waits until what was touched, and what depends on it, is healthy and has been quiet for its window, then until the
 * stack's own probes answer. Throws Unhealthy as soon as one fails for good. Only looks.
 */
export async function settleServices(
  { stack: name, number, direction }: DeploymentInput & { direction: Direction },
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['settleServices']> {
  const stack = await deps.state.stack(name);
  const plan = await planOf(stack, number);
  const view = await openLiveProject(stack, deps, step.signal);
  const redact = redactorOf(view);
  const model = await readModel(view, { signal: step.signal, redact });
  const decisions = await appliedDecisions(stack, number, direction);
  const touched = namesOf(decisions);
  // A signal leaves a container's count of restarts as it was.
  const restarted = namesOf(decisions.filter(({ action }) => action !== 'signal'));
  // A try that is not the first may follow a restart of the engine: whatever ran before has to have come back.
  const others = step.attempt > 1 ? plan.ranBefore : [];
  const watched = servicesToWatch({
    touched,
    dependents: [...dependentsOf(touched, model.services), ...others],
    sickBefore: plan.sickBefore,
    direction,
  }).filter((service) => service in model.services);

  const { settings } = view;
  const started = elapsedMs();
  const health = await watchUntilSettled({
    engine: deps.engine,
    project: name,
    services: watched.map((service) => ({
      service,
      replicas: replicasIn(model, service),
      touched: restarted.includes(service),
    })),
    windows: settings,
    timeoutSeconds: settings.healthTimeoutSeconds,
    signal: step.signal,
    redact,
    onChange: (now) => {
      step.heartbeat(now);
      step.log.info(
        now.map(({ service, health: word, detail }) => `${service}: ${word}${detail ? ` (${detail})` : ''}`).join(', '),
      );
    },
  });
  const left = settings.healthTimeoutSeconds - (elapsedMs() - started) / 1_000;
  await probesAnswer(await probesOf(view), {
    timeoutSeconds: Math.max(left, 1),
    signal: step.signal,
    failedBefore: plan.failingBefore,
  });
  return { health, sickBefore: plan.sickBefore.filter((service) => !touched.includes(service)) };
}

/** What was done to which service, in order. */
export async function appliedDecisions(
  stack: StackState,
  number: number,
  direction: Direction,
): Promise<ServiceDecision[]> {
  const kinds = direction === 'forward' ? (['forward', 'again'] as const) : (['back'] as const);
  const journals = await Promise.all(kinds.map(async (kind) => readJournal(await journalPath(stack, number, kind))));
  return journals.flatMap((journal) => journal?.decisions ?? []).filter(({ action }) => action !== 'nothing');
}

const namesOf = (decisions: readonly ServiceDecision[]): string[] => [
  ...new Set(decisions.map(({ service }) => service)),
];

function replicasIn({ services }: ComposeModel, service: string): number {
  const definition = services[service];
  return definition ? replicasOf(definition) : 1;
}
