/** What the state directory keeps for a keeper, and what a keeper asks of the host besides deployments. */
import { setTimeout as sleep } from 'node:timers/promises';
import { workId } from '../../workflows/contract.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Activities, DeploymentInput, StackInput } from '../types.js';
import type { Dependencies } from './dependencies.js';

type Input<Name extends keyof Activities> = Parameters<Activities[Name]>[0];
type Result<Name extends keyof Activities> = ReturnType<Activities[Name]>;

/** Numbers only grow, over lost servers too: the folders and the records of all attempts count. */
export async function nextNumberOf(stack: StackState): Promise<number> {
  const recorded = (await stack.deployments()).map(({ number }) => number);
  const released = (await stack.releases()).map(({ number }) => number);
  return Math.max(0, ...recorded, ...released, ...(await stack.deploymentNumbers())) + 1;
}

export async function recallKeeper(
  { stack: name }: StackInput,
  _step: Step,
  deps: Dependencies,
): Result<'recallKeeper'> {
  const stack = await deps.state.stack(name);
  const nextNumber = await nextNumberOf(stack);
  const running = await runningNumber(name, nextNumber, deps);
  return {
    // One that has only just been started has no folder yet.
    nextNumber: running === nextNumber ? nextNumber + 1 : nextNumber,
    ...(await stack.keeperNote()),
    ...(running === undefined ? {} : { running }),
  };
}

/** Deployments are made one at a time, in order: only the newest two numbers can be open. */
async function runningNumber(name: string, nextNumber: number, deps: Dependencies): Promise<number | undefined> {
  for (const number of [nextNumber, nextNumber - 1]) {
    if (number > 0 && (await deps.isDeploymentOpen?.(name, number)) === true) return number;
  }
  return undefined;
}

export async function noteKeeper(
  { stack: name, ...note }: Input<'noteKeeper'>,
  _step: Step,
  deps: Dependencies,
): Result<'noteKeeper'> {
  await (await deps.state.stack(name)).setKeeperNote(note);
}

/** Recorded under its number as rejected, and held back as any bad release is. */
export async function rejectRelease(
  { stack: name, number, commits, by, reason }: Input<'rejectRelease'>,
  step: Step,
  deps: Dependencies,
): Result<'rejectRelease'> {
  const stack = await deps.state.stack(name);
  const message = `rejected by ${by}: ${reason}`;
  const at = new Date().toISOString();
  const former = (await stack.deployments()).find((record) => record.number === number);
  if (former) await stack.recordDeployment({ ...former, outcome: 'rejected', message, by });
  const others = (await stack.quarantined()).filter((release) => release.number !== number);
  await stack.setQuarantined([...others, { commits, number, reason: message.slice(0, 500), at }]);
  step.log.info(`Deployment ${number} was ${message}`);
}

/** Looks until the workflow has closed. */
export async function awaitWork(
  { requester }: Input<'awaitWork'>,
  step: Step,
  deps: Dependencies,
): Result<'awaitWork'> {
  for (;;) {
    const state = (await deps.workflowState?.(workId(requester))) ?? 'unknown';
    if (state === 'unknown') return { ended: null };
    if (state !== 'running') return { ended: state };
    step.heartbeat({ waitingFor: workId(requester) });
    await sleep(LOOK_EVERY_MS, undefined, { signal: step.signal });
  }
}

const LOOK_EVERY_MS = 2_000;

/** Looks until the workflow has closed; another keeper started it, so nobody tells this one. */
export async function awaitDeployment(
  { stack: name, number }: DeploymentInput,
  step: Step,
  deps: Dependencies,
): Result<'awaitDeployment'> {
  while ((await deps.isDeploymentOpen?.(name, number)) === true) {
    step.heartbeat({ waitingFor: number });
    await sleep(LOOK_EVERY_MS, undefined, { signal: step.signal });
  }
  const stack = await deps.state.stack(name);
  const record = (await stack.deployments()).find((candidate) => candidate.number === number);
  if (!record) return null;
  const { outcome, phase, message, to } = record;
  return { number, outcome, phase, message, commits: to, nextNumber: await nextNumberOf(stack) };
}
