import {
  ApplicationFailure,
  CancellationScope,
  defineQuery,
  isCancellation,
  patched,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { activities } from '../activities.js';
import { FAILURES, keeperId, QUERIES, TRIGGERS } from '../contract.js';
import { failureOf } from '../failure-of.js';
import type { DeploymentStatus } from '../model.js';
import { attribute } from '../search-attributes.js';
import { isCommits, isObject, isStackInput } from '../validate.js';
import type { DeployStackInput, DeployStackResult } from './messages.js';
import { awaitFollowUp, startFollowUp } from './follow-up.js';
import { deploymentDetails } from './narrate.js';
import { run, type Surroundings } from './run.js';
import { Teller } from './tell.js';

export const deploymentStatusQuery = defineQuery<DeploymentStatus>(QUERIES.status);

const surroundings = (input: DeployStackInput): Surroundings => ({
  failureOf,
  isCancellation,
  isCancelled: () => CancellationScope.current().consideredCancelled,
  pause: async (milliseconds) => {
    // Deployments that were begun before this was known tried again at once.
    if (patched('pause-before-second-try')) await sleep(milliseconds);
  },
  shielded: (work) => CancellationScope.nonCancellable(work),
  followUp: (wanted) => awaitFollowUp(wanted, input, input.number),
  followUpLater: (wanted) => startFollowUp(wanted, input, input.number),
});

/** One attempt to bring a host to a release. Only the keeper starts it. */
export async function deployStack(input: DeployStackInput): Promise<DeployStackResult> {
  refuseStrangers(input);
  const tell = new Teller(input, (status) => setCurrentDetails(deploymentDetails(status)));
  setHandler(deploymentStatusQuery, () => tell.status);
  const result = await run(input, activities, tell, surroundings(input));
  upsertSearchAttributes([
    attribute('Outcome', result.outcome),
    attribute('Commit', Object.values(result.commits)[0] ?? 'none'),
  ]);
  return result;
}

/** Whoever can reach the server can start a workflow; the right to change the stack is the keeper's alone. */
function refuseStrangers(input: unknown): void {
  if (!isDeployStackInput(input)) {
    throw ApplicationFailure.nonRetryable(
      'deployStack needs {v: 1, host, stack, number, trigger, force, reason}',
      FAILURES.badInput,
    );
  }
  if (workflowInfo().parent?.workflowId !== keeperId(input)) {
    throw ApplicationFailure.nonRetryable(
      'A deployment is started by the keeper of its stack: birdkeeper deploy, or signal forceDeploy to the keeper.',
      FAILURES.badInput,
    );
  }
}

function isDeployStackInput(input: unknown): input is DeployStackInput {
  if (!isObject(input) || !isStackInput(input)) return false;
  const given: Record<string, unknown> = input;
  return (
    Number.isSafeInteger(given.number) &&
    TRIGGERS.some((trigger) => trigger === given.trigger) &&
    typeof given.force === 'boolean' &&
    typeof given.reason === 'string' &&
    (given.by === undefined || typeof given.by === 'string') &&
    (given.release === undefined || isCommits(given.release)) &&
    (given.approvedPlan === undefined || typeof given.approvedPlan === 'string') &&
    (given.rollbackTo === undefined || Number.isSafeInteger(given.rollbackTo))
  );
}
