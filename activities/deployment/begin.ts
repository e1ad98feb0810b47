import type { Step } from '../shared/step.js';
import type { Activities, DeploymentInput, StackInput } from '../types.js';
import type { Trigger } from '../../workflows/contract.js';
import type { StackState } from '../state/index.js';
import type { Dependencies } from './dependencies.js';
import { recoverIntent } from './move.js';
import { BeginRecord, readRecord, writeRecord } from './records.js';

/** Numbers only grow, over lost servers too: the folders and the records of all attempts count. */
export async function recallKeeper(
  { stack: name }: StackInput,
  _step: Step,
  deps: Dependencies,
): ReturnType<Activities['recallKeeper']> {
  const stack = await deps.state.stack(name);
  const recorded = (await stack.deployments()).map(({ number }) => number);
  const released = (await stack.releases()).map(({ number }) => number);
  return { nextNumber: Math.max(0, ...recorded, ...released, ...(await stack.deploymentNumbers())) + 1 };
}

/** Opens the folder and the frame in the log. Twice: the start stays that of the first time. */
export async function beginDeployment(
  { stack: name, number, trigger, reason }: DeploymentInput & { trigger: Trigger; reason: string },
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['beginDeployment']> {
  const stack = await deps.state.stack(name);
  const begun = await readRecord(stack, number, 'begin.json', BeginRecord);
  const startedAt = begun?.startedAt ?? new Date().toISOString();
  if (!begun) await writeRecord(stack, number, 'begin.json', { startedAt });
  deps.journal.openDeployment({ stack: name, number, startedAt, about: `${trigger}: ${reason}` });
  await recoverFormer(stack, number, step, deps);
  return { startedAt };
}

/** Only the keeper starts deployments, one at a time: an intent of another number is of one that is gone. */
async function recoverFormer(stack: StackState, number: number, step: Step, deps: Dependencies): Promise<void> {
  const intent = await stack.intent();
  if (intent === undefined || intent.number === number || intent.recovered) return;
  step.log.warn(`Deployment ${intent.number} never finished: its checkouts are put in order`);
  await recoverIntent(stack, intent, deps, step);
}
