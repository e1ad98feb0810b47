import {
  ApplicationFailure,
  setCurrentDetails,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import type { DataJobResult } from '../../activities/types.js';
import { activities } from '../activities.js';
import { FAILURES } from '../contract.js';
import type { JobInput } from '../scheduled-jobs.js';
import { attribute } from '../search-attributes.js';
import { pauseSeconds, timesOf } from '../tries.js';
import { isStackInput } from '../validate.js';
import { dataDetails, outcomeOf } from './narrate.js';

/** Files of git repositories to their places. A copy or an action that fails fails the run, when its tries are used up. */
export async function deployData(input: JobInput & { name: string }): Promise<DataJobResult> {
  if (!isStackInput(input) || typeof input.name !== 'string')
    throw ApplicationFailure.nonRetryable('deployData needs {v: 1, host, stack, name}', FAILURES.badInput);
  const { stack, name } = input;
  const times = timesOf(workflowInfo().workflowId, new Date());
  for (let attempt = 1; ; attempt += 1) {
    const result = await activities.deployData({ stack, name, attempt, ...(attempt === 1 ? times : {}) });
    setCurrentDetails(dataDetails(result, attempt));
    if (result === null || !('failed' in result)) {
      upsertSearchAttributes([attribute('Outcome', outcomeOf(result))]);
      return result;
    }
    await sleep(pauseSeconds(attempt) * 1_000);
  }
}
