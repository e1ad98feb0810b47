/** Replays histories against the workflow code of this build. Needs no server. */
import { DefaultLogger, ReplayError, Runtime, Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import { DeterminismViolationError } from '@temporalio/workflow';
import { FAILURES, messageOf, StepFailure } from '../activities/shared/failures.js';
import type { ReplayVerdict } from '../client/handlers.js';
import { describeDifference, HistoryJson, workflowTypeOf } from './replay-difference.js';

export type WorkflowCode = Pick<ReplayWorkerOptions, 'workflowBundle' | 'workflowsPath'>;

/** What the SDK says about a history that does not replay is in the verdict; on the terminal it would drown it. */
export function installQuietRuntime(): void {
  Runtime.install({
    logger: new DefaultLogger('ERROR', () => undefined),
    telemetryOptions: { logging: { forward: {}, filter: 'OFF' } },
  });
}

/** Throws BadInput on what is no history; anything that the code does differently is in the verdict. */
export async function replayHistory(history: unknown, workflowId: string, code: WorkflowCode): Promise<ReplayVerdict> {
  const parsed = HistoryJson.safeParse(history);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new StepFailure(
      FAILURES.badInput,
      `${workflowId}: no history in JSON (${issue?.path.join('.') || 'file'}: ${issue?.message}). Make one with: temporal workflow show -w ID --output json`,
    );
  }
  const verdict = { workflowType: workflowTypeOf(parsed.data), events: parsed.data.events.length };
  try {
    await Worker.runReplayHistory(code, history, workflowId);
    return { ...verdict, replays: true };
  } catch (error) {
    if (!(error instanceof DeterminismViolationError) && !(error instanceof ReplayError)) throw error;
    return { ...verdict, replays: false, difference: describeDifference(messageOf(error), parsed.data) };
  }
}
