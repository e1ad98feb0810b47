/** Whether Weaver's workers take jobs, and a restart of them. */
import { setTimeout as sleep } from 'node:timers/promises';
import { deadlineOf } from '../../shared/deadline.js';
import { FAILURES, StepFailure } from '../../shared/failures.js';
import { redactWords } from '../../shared/redact-words.js';
import type { Step } from '../../shared/step.js';
import type { Configuration } from '../../stack/view.js';
import type { Activities } from '../../types.js';
import { checkWorkers } from '../../weaver/worker-check.js';
import { engineOf } from '../backup-setup.js';
import type { Dependencies } from '../dependencies.js';
import { isRunAlive } from '../local-run.js';
import { redactorOf } from '../open.js';
import { requireWeaver } from './reach.js';

/** Container names: the manager first, since the worker needs it. */
export const weaverContainers = ({ variables }: Pick<Configuration, 'variables'>): string[] => [
  variables['WEAVER_MANAGER_NAME'] || 'weaver',
  variables['WEAVER_WORKER_NAME'] || 'weaver-worker',
];

/** Its own script is run in both containers, until it is content or the time is over. */
export async function checkWeaverWorker(
  { stack: name, begunAt }: Parameters<Activities['checkWeaverWorker']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['checkWeaverWorker']> {
  const stack = await deps.state.stack(name);
  const { view, place } = await requireWeaver(name, undefined, step, deps);
  const sight = await checkWorkers({
    engine: engineOf(stack, deps),
    containers: weaverContainers(view),
    deadline: deadlineOf(place.maxTimeSeconds, new Date(begunAt)),
    signal: step.signal,
  });
  return redactWords(sight, redactorOf(view));
}

/**
 * Stops and starts both, unless they answer by now: who asked before may have had them restarted. A piece of work of the keeper, or a
 * part of a deployment. Twice: nothing is left to do.
 */
export async function restartWeaver(
  { stack: name }: Parameters<Activities['restartWeaver']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['restartWeaver']> {
  const stack = await deps.state.stack(name);
  const local = await stack.localRun();
  if (local !== undefined && (await isRunAlive(stack, local))) {
    throw new StepFailure(FAILURES.busy, `Deployment ${local.number} of ${name} runs without the server.`, 5_000);
  }
  const { view } = await requireWeaver(name, undefined, step, deps);
  const engine = engineOf(stack, deps);
  const restarted: string[] = [];
  const containers = weaverContainers(view);
  const { state } = await checkWorkers({ engine, containers, deadline: deadlineOf(0), signal: step.signal });
  if (state !== 'failed') return { restarted };
  for (const wanted of containers) {
    for (const { id, name: container } of await engine.find(wanted, step)) {
      step.log.info(`restarts ${container}, whose worker did not answer`);
      await engine.stop(id, step);
      if (await engine.start(id, step)) restarted.push(container);
    }
  }
  // What is asked at once would be answered by what has not begun yet.
  await sleep(SETTLES_MS, undefined, { signal: step.signal });
  return { restarted };
}

const SETTLES_MS = 2_000;
