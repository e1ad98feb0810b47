/** The workflows with one change that must be found out: this `checkStack` writes no search attribute. */
import { activities } from '../../../workflows/activities.js';
import { decideStack } from '../../../workflows/check-stack/decide.js';
import type { CheckStackInput, CheckStackResult } from '../../../workflows/check-stack/messages.js';

// What is defined here counts over what comes by the star.
export * from '../../../workflows/index.js';

export async function checkStack(input: CheckStackInput): Promise<CheckStackResult> {
  const seen = await activities.observeStack({ stack: input.stack, fetch: true });
  return { decision: decideStack(seen), checkouts: seen.checkouts };
}
