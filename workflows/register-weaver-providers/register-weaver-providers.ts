import {
  ApplicationFailure,
  defineQuery,
  executeChild,
  isCancellation,
  setCurrentDetails,
  setHandler,
  sleep,
  upsertSearchAttributes,
  workflowInfo,
} from '@temporalio/workflow';
import { activities } from '../activities.js';
import type { WeaverResult } from '../bird-model.js';
import { deploymentId, FAILURES, QUERIES, scheduleId } from '../contract.js';
import { failureOf } from '../failure-of.js';
import { attribute } from '../search-attributes.js';
import { isObject, isStackInput } from '../validate.js';
import { isInStep } from './judge.js';
import type {
  RegisterWeaverProvidersInput,
  RegisterWeaverProvidersResult,
  UnregisterWeaverProviderInput,
} from './messages.js';
import { registrationDetails } from './narrate.js';
import { registerUntilCurrent, type Registration } from './run.js';

export const registrationStatusQuery = defineQuery<WeaverResult>(QUERIES.status);

/** How long a restart may wait for its turn. */
const TURN_SECONDS = 1_800;

/** Registers every bird that is wanted in Weaver, and proves that Weaver works. Fails when something is not in step. */
export async function registerWeaverProviders(
  input: RegisterWeaverProvidersInput,
): Promise<RegisterWeaverProvidersResult> {
  if (!isRegistration(input)) {
    const needs = 'registerWeaverProviders needs {v: 1, host, stack}, and may have {birds, number}';
    throw ApplicationFailure.nonRetryable(needs, FAILURES.badInput);
  }
  const { stack, birds, number } = input;
  let known: WeaverResult = { birds: [], removed: [], others: [] };
  setHandler(registrationStatusQuery, () => known);
  const registration: Registration = {
    ask: { stack, ...(birds === undefined ? {} : { birds }), ...(number === undefined ? {} : { number }) },
    act: activities,
    around: {
      now: () => new Date(),
      pause: (milliseconds) => sleep(milliseconds),
      messageOf: (error) => failureOf(error).message,
      isCancellation,
      restart: () => (isHeld(input) ? activities.restartWeaver({ stack }) : askForRestart(input)),
    },
    tell: (so, waitsFor) => {
      known = so;
      setCurrentDetails(registrationDetails(so, waitsFor, false));
    },
  };
  const summary = await registerUntilCurrent(registration, (result) => {
    known = result;
    setCurrentDetails(registrationDetails(result, [], true));
    upsertSearchAttributes([attribute('Outcome', isInStep(result) ? 'in step' : 'not in step')]);
    return conclude(input, result);
  });
  return summary === undefined ? nothingToDo(stack) : { outcome: 'in step', summary };
}

/** What is not in step is the failure of the run, in its own words. */
async function conclude(
  { stack, number }: RegisterWeaverProvidersInput,
  result: WeaverResult,
): Promise<{ summary: string; changed?: true }> {
  try {
    const about = number === undefined ? {} : { number };
    return await activities.concludeWeaver({ stack, result, ...about });
  } catch (error) {
    if (isCancellation(error)) throw error;
    const { message, type } = failureOf(error);
    throw ApplicationFailure.nonRetryable(message, type);
  }
}

function nothingToDo(stack: string): RegisterWeaverProvidersResult {
  upsertSearchAttributes([attribute('Outcome', 'no weaver')]);
  setCurrentDetails('The stack has no Weaver. Nothing was done.');
  return { outcome: 'no weaver', summary: `${stack} has no Weaver` };
}

/** Only a deployment that waits for this holds the stack meanwhile. */
function isHeld(input: RegisterWeaverProvidersInput): boolean {
  const { number, held } = input;
  return held === true && number !== undefined && workflowInfo().parent?.workflowId === deploymentId(input, number);
}

/** The right to change the stack is the keeper's. */
async function askForRestart({ host, stack }: RegisterWeaverProvidersInput): Promise<void> {
  const { startTime } = workflowInfo();
  await executeChild('requestWork', {
    workflowId: scheduleId('weaver', { host, stack }, `restart-${startTime.getTime()}`),
    args: [{ v: 1, host, stack, kind: 'restart', deadlineSeconds: TURN_SECONDS, input: {} }],
    typedSearchAttributes: [attribute('Stack', stack), attribute('Host', host)],
    staticSummary: `restart Weaver of ${stack}, whose worker does not answer`,
  });
}

/** A piece of work of the keeper. */
export async function restartWeaver(input: { v: 1; host: string; stack: string }): Promise<{ restarted: string[] }> {
  if (!isStackInput(input))
    throw ApplicationFailure.nonRetryable('restartWeaver needs {v: 1, host, stack}', FAILURES.badInput);
  return activities.restartWeaver({ stack: input.stack });
}

/** Takes a provider out of Weaver that nobody wants any more. */
export async function unregisterWeaverProvider(input: UnregisterWeaverProviderInput): Promise<{ removed: boolean }> {
  if (!isStackInput(input) || typeof input.bird !== 'string')
    throw ApplicationFailure.nonRetryable(
      'unregisterWeaverProvider needs {v: 1, host, stack, bird}',
      FAILURES.badInput,
    );
  const result = await activities.unregisterProvider({ stack: input.stack, bird: input.bird });
  upsertSearchAttributes([attribute('Outcome', result.removed ? 'unregistered' : 'kept')]);
  return result;
}

function isRegistration(input: unknown): input is RegisterWeaverProvidersInput {
  if (!isObject(input) || !isStackInput(input)) return false;
  const { birds, number, held }: Record<string, unknown> = input;
  return (
    (birds === undefined || (Array.isArray(birds) && birds.every((bird) => typeof bird === 'string'))) &&
    (number === undefined || Number.isSafeInteger(number)) &&
    (held === undefined || typeof held === 'boolean')
  );
}
