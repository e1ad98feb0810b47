/**
 * `birdkeeper plan`: inspect, fetch, stage and validate in this process, with git and the engine and without Temporal; then
 * it tells. Works on a copy of the stack's record, so that nothing on the host changes but objects and remote-tracking refs.
 */
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isMissing } from '../activities/shared/files.js';
import { localStep } from '../activities/shared/step.js';
import { StateDirectory, type StackState } from '../activities/state/index.js';
import type { StepActivities } from '../activities/types.js';
import type { PlanOptions } from '../client/handlers.js';
import type { PlanAnswer } from '../client/schemas.js';
import { afterVerify, decideStack } from '../workflows/check-stack/decide.js';
import type { StackDecision } from '../workflows/model.js';
import { composeWorker } from './composition.js';

/** Number of the deployment that would be; its folder is in the copy. */
const NUMBER = 1_000_000_000;

export async function plan(place: PlanOptions): Promise<PlanAnswer> {
  const scratch = await mkdtemp(join(tmpdir(), 'birdkeeper-plan-'));
  const composition = await composeWorker({ quiet: true, scratch });
  try {
    const original = new StateDirectory(composition.settings.stateDirectory);
    await copyIfThere(original.path('stacks.json'), join(scratch, 'stacks.json'));
    const stack = await composition.registerStack(place);
    await copyRecord(original, stack);
    return await look(stack.name, composition.steps());
  } finally {
    await composition.close();
    await rm(scratch, { recursive: true, force: true });
  }
}

async function look(stack: string, steps: StepActivities): Promise<PlanAnswer> {
  const step = localStep();
  const seen = await steps.observeStack({ stack, fetch: true, number: NUMBER }, step);
  const looked = decideStack(seen);
  const decision =
    seen.verify === true && looked.word === 'behind'
      ? afterVerify(looked, await steps.verifyCommits({ stack, commits: looked.wanted, number: NUMBER }, step))
      : looked;
  const answer: PlanAnswer = { decision, checkouts: seen.checkouts };
  if (decision.word === 'blocked' || decision.word === 'degraded') return answer;
  return { ...answer, plan: await stagedPlan(stack, decision, steps) };
}

async function stagedPlan(stack: string, { word, wanted, repair }: StackDecision, steps: StepActivities) {
  const step = localStep();
  const skip = word === 'skipped by conditional trigger' ? { skip: true } : {};
  await steps.stageRelease({ stack, number: NUMBER, commits: wanted }, step);
  return steps.validateRelease({ stack, number: NUMBER, repair, ...skip }, step);
}

async function copyRecord(original: StateDirectory, copy: StackState): Promise<void> {
  for (const file of ['releases.jsonl', 'quarantine.json', 'intent.json', 'last-good.json']) {
    await copyIfThere(original.path('stacks', copy.name, file), copy.path(file));
  }
  await copyIfThere(original.knownHosts(), copy.knownHosts);
}

const copyIfThere = (from: string, to: string): Promise<void> =>
  cp(from, to).catch((error: unknown) => {
    if (!isMissing(error)) throw error;
  });
