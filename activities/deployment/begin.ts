import { sickServices } from '../health/baseline.js';
import type { Step } from '../shared/step.js';
import type { Activities, DeploymentInput } from '../types.js';
import type { Trigger } from '../../workflows/contract.js';
import type { StackState } from '../state/index.js';
import type { Dependencies } from './dependencies.js';
import { nextNumberOf } from './keeper.js';
import { requireTurn } from './local-run.js';
import { recoverIntent } from './move.js';
import { BeginRecord, readRecord, writeRecord } from './records.js';

/** Opens the folder and the frame in the log. Twice: the start stays that of the first time. */
export async function beginDeployment(
  { stack: name, number, trigger, reason, by }: DeploymentInput & { trigger: Trigger; reason: string; by?: string },
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['beginDeployment']> {
  const stack = await deps.state.stack(name);
  const begun = await readRecord(stack, number, 'begin.json', BeginRecord);
  if (trigger !== 'local') {
    const local = await stack.localRun();
    // Its number, or an older one that was never begun: the keeper does not know how far numbering is.
    const isTaken = local !== undefined && (local.number === number || (local.number > number && !begun));
    if (isTaken) return { startedAt: '', taken: true, nextNumber: await nextNumberOf(stack) };
    await requireTurn(stack, number);
  }
  const startedAt = begun?.startedAt ?? new Date().toISOString();
  if (!begun)
    await writeRecord(stack, number, 'begin.json', { startedAt, wellBefore: await wellServices(stack, step, deps) });
  deps.journal.openDeployment({
    stack: name,
    number,
    startedAt,
    about: `${trigger}: ${reason}${by === undefined ? '' : ` (${by})`}`,
  });
  await recoverFormer(stack, number, step, deps);
  return { startedAt };
}

/** What keeps it from looking, an engine that does not answer or a record that does not read, is told by later steps. */
async function wellServices(stack: StackState, step: Step, deps: Dependencies): Promise<string[]> {
  try {
    const recorded = Object.keys((await stack.latestRelease())?.services ?? {});
    const containers = await deps.engine.containers(stack.name, { signal: step.signal });
    const sick = sickServices(recorded, containers).map(({ service }) => service);
    return recorded.filter((service) => !sick.includes(service));
  } catch {
    step.signal.throwIfAborted();
    return [];
  }
}

/** Only the keeper starts deployments, one at a time: an intent of another number is of one that is gone. */
async function recoverFormer(stack: StackState, number: number, step: Step, deps: Dependencies): Promise<void> {
  const intent = await stack.intent();
  if (intent === undefined || intent.number === number || intent.recovered) return;
  step.log.warn(`Deployment ${intent.number} never finished: its checkouts are put in order`);
  await recoverIntent(stack, intent, deps, step);
}
