/** The workflows of a next version that does not go on with histories of today: each begins with another command. */
import { sleep } from '@temporalio/workflow';
import { activities } from '../../../workflows/activities.js';
import type { CheckStackInput } from '../../../workflows/check-stack/messages.js';
import type { DeployStackInput } from '../../../workflows/deploy-stack/messages.js';
import type { KeepStackInput } from '../../../workflows/keep-stack/messages.js';
import * as today from '../../../workflows/index.js';

// What is defined here counts over what comes by the star.
export * from '../../../workflows/index.js';

export async function keepStack(input: KeepStackInput): Promise<void> {
  await Promise.all([activities.recallKeeper({ stack: input.stack }), today.keepStack(input)]);
}

export async function deployStack(input: DeployStackInput): ReturnType<typeof today.deployStack> {
  await sleep(1);
  return today.deployStack(input);
}

export async function checkStack(input: CheckStackInput): ReturnType<typeof today.checkStack> {
  await sleep(1);
  return today.checkStack(input);
}
