/** What components asked for after a deployment, as children of it. The decisions are in plan.ts. */
import { executeChild, isCancellation, ParentClosePolicy, startChild } from '@temporalio/workflow';
import { scheduleId, type StackRef } from '../contract.js';
import { failureOf } from '../failure-of.js';
import type { FollowUpName, PlannedFollowUp } from '../follow-up-model.js';
import { attribute } from '../search-attributes.js';

/** How it ended; `message`: why not well. */
export type FollowUpEnd = { well: true } | { well: false; message: string };

/** The first word of its id, which is that of its schedule. */
export const FOLLOW_UP_KIND: Readonly<Record<FollowUpName, 'weaver' | 'cowbird'>> = {
  registerWeaverProviders: 'weaver',
  verifyCowbird: 'cowbird',
};

export const followUpId = ({ name }: PlannedFollowUp, ref: StackRef, number: number): string =>
  scheduleId(FOLLOW_UP_KIND[name], ref, `deployment-${number}`);

const optionsOf = (followUp: PlannedFollowUp, { host, stack }: StackRef, number: number, held: boolean) => ({
  workflowId: followUpId(followUp, { host, stack }, number),
  args: [{ v: 1, host, stack, number, ...(held && followUp.name === 'registerWeaverProviders' ? { held } : {}) }],
  typedSearchAttributes: [attribute('Stack', stack), attribute('Host', host)],
  staticSummary: `${followUp.name} of ${stack} after deployment ${number}: ${followUp.reason}`.slice(0, 400),
});

/** The deployment waits for its end, and holds the stack. */
export async function awaitFollowUp(followUp: PlannedFollowUp, ref: StackRef, number: number): Promise<FollowUpEnd> {
  try {
    await executeChild(followUp.name, optionsOf(followUp, ref, number, true));
    return { well: true };
  } catch (error) {
    if (isCancellation(error)) throw error;
    const cause = error instanceof Error && error.cause !== undefined ? error.cause : error;
    return { well: false, message: failureOf(cause).message };
  }
}

/** It goes on by itself, whatever becomes of the deployment. */
export async function startFollowUp(followUp: PlannedFollowUp, ref: StackRef, number: number): Promise<void> {
  await startChild(followUp.name, {
    ...optionsOf(followUp, ref, number, false),
    parentClosePolicy: ParentClosePolicy.ABANDON,
  });
}
