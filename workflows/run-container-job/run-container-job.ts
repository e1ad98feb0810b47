import {
  ApplicationFailure,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { ContainerJobResult } from '../../activities/types.js';
import { activities } from '../activities.js';
import { FAILURES } from '../contract.js';
import { attribute } from '../search-attributes.js';
import { pauseSeconds, timesOf } from '../tries.js';
import { isObject, isStackInput } from '../validate.js';
import type { RunContainerJobInput } from './messages.js';
import { jobDetails, lineOf } from './narrate.js';

/** One run of a job in a container: tries it until it is done or its tries are used up; a failed one fails the run. */
export async function runContainerJob(input: RunContainerJobInput): Promise<ContainerJobResult> {
  if (!isStackInput(input) || !isJobInput(input))
    throw ApplicationFailure.nonRetryable('runContainerJob needs {v: 1, host, stack, name, hash}', FAILURES.badInput);
  const { stack, name, hash } = input;
  const { runId: run, workflowId } = workflowInfo();
  const times = timesOf(workflowId, new Date());
  for (let attempt = 1; ; attempt += 1) {
    const when = attempt === 1 ? times : {};
    const result = await activities.runContainerJob({ stack, name, hash, run, attempt, ...when });
    setCurrentDetails(jobDetails(name, result, attempt));
    if (isNoFailure(result) || result.retries === 0) return concluded(name, result);
    await sleep(pauseSeconds(attempt) * 1_000);
  }
}

function concluded(name: string, result: ContainerJobResult): ContainerJobResult {
  upsertSearchAttributes([attribute('Outcome', result.outcome)]);
  if (isNoFailure(result)) return result;
  throw ApplicationFailure.create({
    message: lineOf(name, result),
    type: FAILURES.applyFailed,
    nonRetryable: true,
    details: [result],
  });
}

const isNoFailure = ({ outcome }: ContainerJobResult): boolean => ['done', 'removed', 'too late'].includes(outcome);

const isJobInput = (input: unknown): boolean =>
  isObject(input) && typeof input.name === 'string' && typeof input.hash === 'string';
