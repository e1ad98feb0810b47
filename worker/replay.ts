/** Replays histories against the workflow code of this build. Needs no server. */
import { historyFromJSON, historyToJSON, type History } from '@temporalio/common/lib/proto-utils.js';
import { DefaultLogger, Runtime, Worker, type ReplayWorkerOptions } from '@temporalio/worker';
import { FAILURES, messageOf, StepFailure } from '../activities/shared/failures.js';
import type { ReplayVerdict } from '../client/handlers.js';
import { firstTaskOf, type OpenWorkflow } from '../client/open-workflows.js';
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
  const differences = await differencesOf([{ id: workflowId, history: historyFromJSON(history) }], code);
  return {
    workflowType: workflowTypeOf(parsed.data),
    events: parsed.data.events.length,
    ...verdictOf(differences.get(workflowId)),
  };
}

/** One verdict per workflow, in their order. One of which no task was completed can be run by any code. */
export async function replayOpen(open: readonly OpenWorkflow[], code: WorkflowCode): Promise<ReplayVerdict[]> {
  const begun = open.filter((workflow) => firstTaskOf(workflow) !== undefined);
  const differences = await differencesOf(begun, code);
  return open.map(({ id, type, history }) => ({
    workflowType: type,
    events: history.events?.length ?? 0,
    ...verdictOf(differences.get(id)),
  }));
}

const verdictOf = (difference: string | undefined): Pick<ReplayVerdict, 'replays' | 'difference'> =>
  difference === undefined ? { replays: true } : { replays: false, difference };

/** Of those that do not replay: what differs first, a sentence. One worker replays them all. */
async function differencesOf(
  workflows: readonly { id: string; history: History }[],
  code: WorkflowCode,
): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  if (workflows.length === 0) return found;
  const histories = workflows.map(({ id, history }) => ({ workflowId: id, history }));
  for await (const { workflowId, error } of Worker.runReplayHistories(code, histories)) {
    if (error === undefined) continue;
    const history = workflows.find(({ id }) => id === workflowId)?.history ?? {};
    const parsed = HistoryJson.parse(JSON.parse(historyToJSON(history)));
    found.set(workflowId, describeDifference(messageOf(error), parsed));
  }
  return found;
}
