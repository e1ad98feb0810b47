import {
  ApplicationFailure,
  getExternalWorkflowHandle,
  setCurrentDetails,
  upsertSearchAttributes,
} from '@temporalio/workflow';
import { activities } from '../activities.js';
import { FAILURES, keeperId, SIGNALS } from '../contract.js';
import { attribute } from '../search-attributes.js';
import type { DeploymentNeeded } from '../keep-stack/messages.js';
import { isStackInput } from '../validate.js';
import { afterVerify, decideStack } from './decide.js';
import type { StackDecision } from '../model.js';
import type { CheckStackInput, CheckStackResult } from './messages.js';
import { checkDetails } from './narrate.js';

/** Looks at every checkout, explains what it saw, and tells the keeper whenever the stack is not up to date. */
export async function checkStack(input: CheckStackInput): Promise<CheckStackResult> {
  if (!isStackInput(input))
    throw ApplicationFailure.nonRetryable('checkStack needs {v: 1, host, stack}', FAILURES.badInput);
  const seen = await activities.observeStack({ stack: input.stack, fetch: true });
  const looked = decideStack(seen);
  const decision =
    seen.verify === true && looked.word === 'behind'
      ? afterVerify(looked, await activities.verifyCommits({ stack: input.stack, commits: looked.wanted }))
      : looked;
  setCurrentDetails(checkDetails(seen, decision));
  upsertSearchAttributes([attribute('Outcome', decision.word)]);
  if (decision.word !== 'up to date') await tellKeeper(input, decision);
  // A configuration without receivers has nothing to be told, and says so in what was seen.
  if (seen.notices === true && (isBad(decision) || seen.wasTold === true))
    await activities.sendNotices({ stack: input.stack });
  return { decision, checkouts: seen.checkouts };
}

const isBad = ({ word }: StackDecision): boolean => word === 'blocked' || word === 'degraded';

async function tellKeeper(input: CheckStackInput, decision: CheckStackResult['decision']): Promise<void> {
  const { word, reason, wanted, deploys } = decision;
  const needed: DeploymentNeeded = { word, reason, commits: wanted, deploys };
  try {
    await getExternalWorkflowHandle(keeperId(input)).signal(SIGNALS.deploymentNeeded, needed);
  } catch {
    // No keeper (it was forgotten, or `up` is just starting): the next look tells again.
  }
}
