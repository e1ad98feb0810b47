/**
 * The worker's own container is replaced by a helper, since whoever stops its own container does nothing afterwards. The helper
 * runs the **former** image, which is known to work: it has to put the former worker back when the new one does not poll. This
 * activity starts the helper and waits for its word; it is begun by the former worker and ended by whichever polls then.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Activities, DeploymentInput } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { readHandOver, withoutSecrets, writeHandOver } from './hand-over-order.js';
import { awaitVersion } from './judge-version.js';
import { requireTurn } from './local-run.js';
import type { HandOverRecord } from './records.js';

export const HELPER_LABELS = {
  stack: 'birdkeeper.hand-over.stack',
  number: 'birdkeeper.hand-over.deployment',
} as const;
const LOOK_EVERY_MS = 500;
/** A kill or two are accidents; a helper that ends time after time will not do it. */
const HELPER_ENDS = 5;
const LOG_LINES = 10;
/** The program of the helper, in the image; its arguments are the stack and the number of the deployment. */
const PROGRAM = [
  '/usr/local/lib/birdkeeper/container/entry',
  'node',
  '/usr/local/lib/birdkeeper/dist/bin/hand-over.js',
] as const;

export const helperName = (stack: string, number: number): string => `birdkeeper-hand-over-${stack}-${number}`;

export async function handOver(
  { stack: name, number }: DeploymentInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['handOver']> {
  const stack = await deps.state.stack(name);
  await requireTurn(stack, number);
  const helper = helperName(name, number);
  let isStarted = false;
  for (;;) {
    step.signal.throwIfAborted();
    const record = await readHandOver(stack, number);
    if (!record) throw new StepFailure(FAILURES.badInput, `Deployment ${number} of ${name} replaces no worker.`);
    if (record.outcome !== undefined) return conclude(record, helper, step, deps);
    if (step.leaving?.aborted) return { state: 'at work' };
    if (!isStarted && record.copy === undefined) await awaitVersion(stack, record.wantedImageId, step, deps);
    if (!isStarted) await startHelper({ stack, number, record, helper, step, deps });
    isStarted = true;
    await giveUpOn({ stack, number, record, helper, step, deps });
    step.heartbeat({ replacing: record.service });
    await untilThen(step);
  }
}

interface Starting {
  stack: StackState;
  number: number;
  record: HandOverRecord;
  helper: string;
  step: Step;
  deps: Dependencies;
}

/** What it takes to put the former container back is written down before anybody touches it. */
async function startHelper({ stack, number, record, helper, step, deps }: Starting): Promise<void> {
  const { engine } = deps;
  const call = { signal: step.signal };
  const there = await engine.container(helper, call);
  if (there?.state === 'running') return;
  const isFormerThere = (await engine.container(record.former.id, call)) !== undefined;
  if (!there && !isFormerThere) {
    // Somebody took the helper away when it had done its work: this worker is the new one.
    await writeHandOver(stack, number, { ...withoutSecrets(record), outcome: 'replaced' });
    return;
  }
  if (record.copy === undefined) {
    const copy = await engine.copyOf(record.former.id, call);
    await writeHandOver(stack, number, { ...record, copy });
  }
  const { former } = record;
  step.log.info(`${helper} replaces the container of ${record.service}: ${record.reason}`);
  await engine.startHelper(
    {
      name: helper,
      imageId: former.imageId,
      entrypoint: [...PROGRAM, stack.name, String(number)],
      // Of the former container, so that the same state directory, engine and registries are found.
      environment: former.environment,
      labels: { [HELPER_LABELS.stack]: stack.name, [HELPER_LABELS.number]: String(number) },
      of: former.id,
      network: former.networkMode === 'host' ? 'host' : 'none',
    },
    call,
  );
}

/** Who asks here polls: where that is a new container, the worker is replaced, whatever became of the helper. */
async function giveUpOn({ stack, number, record, helper, step, deps }: Starting): Promise<void> {
  const { engine } = deps;
  const call = { signal: step.signal };
  const there = await engine.container(helper, call);
  if (!there || there.restartCount < HELPER_ENDS) return;
  const own = await engine.ownContainer(call);
  const lines = await engine.logs(there.id, LOG_LINES, call);
  const message = `The helper that was to replace ${record.service} ended ${there.restartCount} times. Its last lines:\n${lines.join('\n')}`;
  step.log.warn(message);
  const outcome = own !== undefined && own.id !== record.former.id ? 'replaced' : 'failed';
  // Who has to make the former container again by hand needs all of it.
  const kept = outcome === 'failed' ? record : withoutSecrets(record);
  await writeHandOver(stack, number, { ...kept, outcome, message });
}

async function conclude(
  record: HandOverRecord,
  helper: string,
  step: Step,
  { engine }: Dependencies,
): ReturnType<Activities['handOver']> {
  const there = await engine.container(helper, { signal: step.signal });
  if (there) await engine.remove(there.id, { signal: step.signal });
  if (record.outcome === 'replaced') return { state: 'replaced' };
  throw new StepFailure(FAILURES.unhealthy, record.message ?? `${record.service} could not be replaced`);
}

/** Ends early when the worker is told to leave. */
async function untilThen({ signal, leaving }: Step): Promise<void> {
  const either = leaving ? AbortSignal.any([signal, leaving]) : signal;
  await sleep(LOOK_EVERY_MS, undefined, { signal: either }).catch(() => undefined);
}
