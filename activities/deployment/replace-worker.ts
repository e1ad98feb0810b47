/**
 * What the helper does: the one step that replaces the worker's container, then it waits until the new worker polls; when it
 * does not, the former container is made again. Killed anywhere, it begins again and finds by the containers how far it was.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { join } from 'node:path';
import { recreateCommand } from '../compose/command.js';
import { pinOverride } from '../compose/apply.js';
import { leftovers } from '../compose/journal.js';
import { runGuarded } from '../compose/run-guarded.js';
import { containersOf } from '../compose/running.js';
import type { EngineContainer } from '../docker/types.js';
import { askWorker } from '../health/worker-answer.js';
import { elapsedMs } from '../shared/elapsed.js';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { writeAtomically } from '../shared/files.js';
import type { Redact } from '../shared/redact.js';
import type { Step } from '../shared/step.js';
import { readSettings, type StackSettings } from '../stack/settings.js';
import type { StackView } from '../stack/view.js';
import type { StackState } from '../state/index.js';
import type { DeploymentInput } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { helperName } from './hand-over.js';
import { readHandOver, withoutSecrets, writeHandOver } from './hand-over-order.js';
import { judgeWorker } from './judge-worker.js';
import { openLiveProject, redactorOf } from './open.js';
import type { HandOverRecord } from './records.js';

const LOOK_EVERY_MS = 500;
const LOG_LINES = 20;

interface Work {
  stack: StackState;
  number: number;
  record: HandOverRecord;
  /** Or why the configuration does not read, a sentence: then there is only the former container to go back to. */
  view: StackView | string;
  step: Step;
  deps: Dependencies;
}

/** Writes its outcome down, and lets itself end. Nothing happens when that was done before. */
export async function replaceWorker(
  { stack: name, number }: DeploymentInput,
  step: Step,
  deps: Dependencies,
): Promise<void> {
  const stack = await deps.state.stack(name);
  const record = await readHandOver(stack, number);
  if (record !== undefined && record.outcome === undefined) {
    const view = await openLiveProject(stack, deps, step.signal).catch(whyItDoesNotRead);
    const ended = await work({ stack, number, record, view, step, deps });
    // A person who has to make the former container again by hand needs all of it.
    const kept = ended.outcome === 'failed' ? record : withoutSecrets(record);
    await writeHandOver(stack, number, { ...kept, ...ended });
  }
  await deps.engine.letEnd(helperName(name, number), { signal: step.signal });
}

function whyItDoesNotRead(error: unknown): string {
  if (error instanceof StepFailure && error.type === FAILURES.configuration) return messageOf(error);
  throw error;
}

/** Whose configuration does not read, nobody knows the secrets of: `lastLines` quotes nothing then. */
const redactOf = ({ view }: Work): Redact => (typeof view === 'string' ? (text) => text : redactorOf(view));

/** The defaults, where the configuration does not read. */
const settingsOf = ({ stack, view }: Work): StackSettings =>
  typeof view === 'string' ? readSettings({}, stack.stack.directory) : view.settings;

type Ended = Pick<HandOverRecord, 'outcome' | 'message'>;

async function work(context: Work): Promise<Ended> {
  const { record, step } = context;
  try {
    const why = record.message ?? (await replace(context));
    if (why === undefined) return { outcome: 'replaced' };
    return await putBack(context, why);
  } catch (error) {
    step.signal.throwIfAborted();
    return putBack(context, messageOf(error));
  }
}

/** Why the new worker is none; undefined: it polls. */
async function replace(context: Work): Promise<string | undefined> {
  const { stack, number, record, view, step, deps } = context;
  const { service, former, wantedImageId } = record;
  const own = await ownContainers(context);
  const isNew = ({ id, imageId, state }: EngineContainer) =>
    id !== former.id && state !== 'created' && (wantedImageId === '' || imageId === wantedImageId);
  if (own.length !== 1 || !own.every(isNew)) {
    if (typeof view === 'string') return `it was not made, because the configuration does not read: ${view}`;
    for (const { id } of leftovers([service], own)) await deps.engine.remove(id, { signal: step.signal });
    const project = await pinned(context, view);
    const guard = { view, lock: await stack.lock(), step, redact: redactorOf(view) };
    await runGuarded(recreateCommand(project, [service]), `replace the worker in deployment ${number}`, guard);
  }
  return untilItPolls(context, isNew);
}

async function pinned({ stack, number, record }: Work, view: StackView): Promise<StackView> {
  const { service, pins } = record;
  if (!Object.hasOwn(pins, service)) return view;
  const overrideFile = join(await stack.deploymentFolder(number), 'pins-hand-over.json');
  await writeAtomically(overrideFile, pinOverride({ [service]: pins[service] ?? '' }));
  return { ...view, composeFiles: [...view.composeFiles, overrideFile] };
}

/** Undefined as soon as it polls; else why it does not. */
async function untilItPolls(context: Work, isIt: (container: EngineContainer) => boolean): Promise<string | undefined> {
  const { step, deps } = context;
  const { handOverSeconds, settleSecondsNoHealthcheck } = settingsOf(context);
  const started = elapsedMs();
  for (;;) {
    step.signal.throwIfAborted();
    const container = (await ownContainers(context)).find(isIt);
    // Sooner than the engine, whose health check asks the same at its own pace.
    if (container?.state === 'running' && (await askWorker(deps.state.root)).polls) return undefined;
    const verdict = judgeWorker(container, (elapsedMs() - started) / 1_000, {
      limitSeconds: handOverSeconds,
      quietSeconds: settleSecondsNoHealthcheck,
    });
    if (verdict.is !== 'unknown') return verdict.why;
    await sleep(LOOK_EVERY_MS, undefined, { signal: step.signal });
  }
}

/** Without it nobody deploys any more, not even the mending of what went wrong here. */
async function putBack(context: Work, why: string): Promise<Ended> {
  const { stack, number, record, step } = context;
  const redact = redactOf(context);
  const failed = await failedContainers(context);
  const message =
    record.message ??
    redact(
      `The new worker (service ${record.service}) does not poll: ${why}.${await lastLines(failed, context)} The former one was put back.`,
    );
  // Whoever begins here again has only this left to do.
  const asked = { ...record, message };
  await writeHandOver(stack, number, asked);
  step.log.warn(message);
  const id = await makeFormer(context, failed);
  await writeHandOver(stack, number, { ...asked, restored: id });
  const again = await untilItPolls(context, (container) => container.id === id);
  if (again === undefined) return { outcome: 'put back', message };
  return { outcome: 'failed', message: `${message}\nIt does not poll either: ${redact(again)}` };
}

const failedContainers = async (context: Work): Promise<EngineContainer[]> => {
  const { former, restored } = context.record;
  return (await ownContainers(context)).filter(({ id }) => id !== former.id && id !== restored);
};

async function makeFormer({ record, step, deps }: Work, failed: readonly EngineContainer[]): Promise<string> {
  const call = { signal: step.signal };
  const { former, copy, restored } = record;
  for (const { id } of failed) await deps.engine.remove(id, call);
  for (const id of [former.id, restored]) {
    if (id !== undefined && (await deps.engine.container(id, call)) !== undefined) {
      await deps.engine.start(id, call);
      return id;
    }
  }
  if (!copy) throw new StepFailure(FAILURES.applyFailed, 'nothing is known of the former container');
  return deps.engine.makeAgain(copy, call);
}

async function lastLines(containers: readonly EngineContainer[], { view, step, deps }: Work): Promise<string> {
  const [first] = containers;
  const isTold = first !== undefined && typeof view !== 'string';
  const lines = isTold ? await deps.engine.logs(first.id, LOG_LINES, { signal: step.signal }).catch(() => []) : [];
  return lines.length === 0 ? '' : ` Its last lines:\n${lines.join('\n')}\n`;
}

/** A stack has the name of its Compose project. */
async function ownContainers({ stack, record, step, deps }: Work): Promise<EngineContainer[]> {
  return containersOf(await deps.engine.containers(stack.name, { signal: step.signal }), record.service);
}
