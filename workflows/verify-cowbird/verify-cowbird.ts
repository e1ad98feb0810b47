import { ApplicationFailure, setCurrentDetails, upsertSearchAttributes } from '@temporalio/workflow';
import { activities } from '../activities.js';
import type { CowbirdResult } from '../cowbird-model.js';
import { FAILURES } from '../contract.js';
import { attribute } from '../search-attributes.js';
import { inline, table } from '../tables.js';
import { isObject, isStackInput } from '../validate.js';

export interface VerifyCowbirdInput {
  v: 1;
  host: string;
  stack: string;
  /** Deployment that it follows. */
  number?: number;
}

/** Looks whether Cowbird is in step with the platform. Fails with every finding when it is not. */
export async function verifyCowbird(input: VerifyCowbirdInput): Promise<CowbirdResult> {
  if (!isVerification(input))
    throw ApplicationFailure.nonRetryable('verifyCowbird needs {v: 1, host, stack}', FAILURES.badInput);
  const { stack, number } = input;
  const result = await activities.verifyCowbird({ stack, ...(number === undefined ? {} : { number }) });
  setCurrentDetails(cowbirdDetails(result));
  upsertSearchAttributes([attribute('Outcome', result.inStep ? 'in step' : 'not in step')]);
  if (result.inStep) return result;
  const message = result.findings.map(({ what, why, todo }) => `${what}: ${why} To do: ${todo}`).join('\n');
  throw ApplicationFailure.nonRetryable(message, FAILURES.unhealthy);
}

/** Has Cowbird wipe and build anew what one of its handlers keeps. Only a person asks for this. */
export async function resyncCowbird(input: VerifyCowbirdInput & { handler: string }): Promise<{ handler: string }> {
  if (!isVerification(input) || typeof input.handler !== 'string')
    throw ApplicationFailure.nonRetryable('resyncCowbird needs {v: 1, host, stack, handler}', FAILURES.badInput);
  const result = await activities.resyncCowbird({ stack: input.stack, handler: input.handler });
  upsertSearchAttributes([attribute('Outcome', 'resynced')]);
  setCurrentDetails(`**resynced**: Cowbird has built anew what ${inline(result.handler)} keeps.`);
  return result;
}

function isVerification(input: unknown): boolean {
  if (!isObject(input) || !isStackInput(input)) return false;
  const { number }: Record<string, unknown> = input;
  return number === undefined || Number.isSafeInteger(number);
}

/** Markdown for the Temporal UI. Pure. */
export function cowbirdDetails({
  inStep,
  version,
  workerVersion,
  handlers,
  findings,
  withoutWorkspace,
}: CowbirdResult): string {
  return [
    `**${inStep ? 'in step' : 'not in step'}**: version ${version ?? 'not told'}, worker ${workerVersion ?? 'not told'}`,
    ...(findings.length === 0
      ? []
      : [
          table(
            ['what', 'why', 'to do'],
            findings.map(({ what, why, todo }) => [what, why, todo]),
          ),
        ]),
    ...(handlers.length === 0 ? [] : [`Handlers: ${handlers.map(inline).join(', ')}`]),
    ...(withoutWorkspace.length === 0 ? [] : [`Without a workspace: ${withoutWorkspace.map(inline).join(', ')}`]),
  ].join('\n\n');
}
