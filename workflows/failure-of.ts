import { ActivityFailure, ApplicationFailure, TimeoutFailure } from '@temporalio/workflow';
import type { Failure } from './deploy-stack/plan.js';

/** Type and message of what an activity threw, whatever it is wrapped in. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ActivityFailure && error.cause !== undefined) return failureOf(error.cause);
  if (error instanceof ApplicationFailure) return { type: error.type ?? 'Unknown', message: error.message };
  if (error instanceof TimeoutFailure)
    return { type: 'TimedOut', message: `the step did not end in time (${error.timeoutType})${lastFailure(error)}` };
  return { type: 'Unknown', message: error instanceof Error ? error.message : String(error) };
}

/** A step that was tried until its time was over carries why it failed. */
const lastFailure = ({ cause }: TimeoutFailure): string =>
  cause === undefined ? '' : `; the last try failed: ${failureOf(cause).message}`;
