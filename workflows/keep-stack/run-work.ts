/** A piece of work besides deployments, as a child of the keeper that outlives it. */
import { executeChild, getExternalWorkflowHandle, log, ParentClosePolicy } from '@temporalio/workflow';
import { WORK_WORKFLOW, workId, type StackRef } from '../contract.js';
import { failureOf } from '../failure-of.js';
import type { WorkRequest } from '../keeper-model.js';
import { attribute } from '../search-attributes.js';
import type { WorkResult } from '../request-work/messages.js';

/** Runs it to its end, however it ends. */
export async function runWork({ host, stack }: StackRef, { kind, id, input }: WorkRequest): Promise<WorkResult> {
  try {
    const result: unknown = await executeChild(WORK_WORKFLOW[kind], {
      workflowId: workId(id),
      args: [{ ...input, v: 1, host, stack }],
      // Work that runs must not die with its keeper.
      parentClosePolicy: ParentClosePolicy.ABANDON,
      typedSearchAttributes: [attribute('Stack', stack), attribute('Host', host)],
      staticSummary: `${kind} ${input.name ?? ''} of ${stack}, as work of its keeper`.replace('  ', ' '),
    });
    return { outcome: 'done', result };
  } catch (error) {
    const { message } = failureOf(error instanceof Error && error.cause !== undefined ? error.cause : error);
    return { outcome: 'failed', message };
  }
}

/** Who asked may have given up. */
export async function tellRequester({ id }: WorkRequest, signal: string, result?: WorkResult): Promise<void> {
  try {
    await getExternalWorkflowHandle(id).signal(signal, ...(result === undefined ? [] : [result]));
  } catch {
    log.info('the workflow that asked for work is closed', { id });
  }
}
