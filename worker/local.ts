/**
 * `birdkeeper deploy --local`: the same story as `deployStack` tells, in this process and without Temporal, under the same
 * locks and intents, for the night when the server is down. The state directory knows of it, so that what comes back with
 * the server gives way (`activities/deployment/local-run.ts`).
 */
import { nextNumberOf } from '../activities/deployment/keeper.js';
import { FAILURES, StepFailure } from '../activities/shared/failures.js';
import { isRunAlive, localSocket } from '../activities/deployment/local-run.js';
import { processMark } from '../activities/shared/process.js';
import { listenAt } from '../activities/shared/socket.js';
import type { StackState } from '../activities/state/index.js';
import type { LocalDeployOptions } from '../client/handlers.js';
import type { DeployStackInput, DeployStackResult } from '../workflows/deploy-stack/messages.js';
import { run } from '../workflows/deploy-stack/run.js';
import { Teller } from '../workflows/deploy-stack/tell.js';
import { composeWorker, type Composition } from './composition.js';
import { localStory } from './local-activities.js';

export async function deployLocally(options: LocalDeployOptions): Promise<DeployStackResult> {
  const { stackDir, envFile, force, reason, by, stop } = options;
  const composition = await composeWorker({ plainSteps: true });
  try {
    const stack = await composition.registerStack({ stackDir, ...(envFile === undefined ? {} : { envFile }) });
    const number = await takeTurn(stack);
    const alive = await listenAt(localSocket(stack)).catch(() => undefined);
    try {
      const { host } = composition.settings;
      return await tellStory(
        composition,
        {
          ...{ v: 1, host, stack: stack.name, number, trigger: 'local', force, by },
          reason: reason ?? 'deployed by hand, without the server',
        },
        stop,
      );
    } finally {
      alive?.close();
      const turn = await stack.localRun();
      if (turn) await stack.setLocalRun({ ...turn, endedAt: new Date().toISOString() });
    }
  } finally {
    await composition.close();
  }
}

/** One at a time; from here on deployments with the server wait, and older ones have nothing left to do. */
async function takeTurn(stack: StackState): Promise<number> {
  const other = await stack.localRun();
  if (other && (await isRunAlive(stack, other))) {
    throw new StepFailure(
      FAILURES.badInput,
      `Deployment ${other.number} of ${stack.name} runs without the server already (process ${other.pid}). Wait for it, or end that process.`,
    );
  }
  const number = await nextNumberOf(stack);
  const pidStart = await processMark(process.pid);
  await stack.setLocalRun({
    number,
    pid: process.pid,
    ...(pidStart === undefined ? {} : { pidStart }),
    startedAt: new Date().toISOString(),
  });
  return number;
}

async function tellStory(
  composition: Composition,
  ask: DeployStackInput,
  stop: AbortSignal,
): Promise<DeployStackResult> {
  let phase = '';
  const teller = new Teller(ask, (status) => {
    if (status.phase !== phase) composition.say(`${status.phase}: ${status.next}`);
    phase = status.phase;
  });
  const { activities, around } = localStory({
    steps: composition.steps(),
    redact: () => composition.redactFor(ask.stack),
    logFor: composition.logFor,
    stop,
    ...{ stack: ask.stack, number: ask.number, say: composition.say },
  });
  return run(ask, activities, teller, around);
}
