import { EXIT } from '../../workflows/contract.js';
import { decideStart, type Judged } from '../../workflows/take-over.js';
import { withSession } from '../connection.js';
import type { ExitStatus } from '../failures.js';
import { printJson, printLines, type CommandContext, type CommonOptions } from '../io.js';
import { judgedOf, openWorkflows } from '../open-workflows.js';
import { renderRunning } from '../render/replay-running.js';
import type { ReplayRunningAnswer } from '../schemas.js';
import { findStack, serverFor } from '../stack.js';

/** Histories may be fetched over a slow line. */
const FETCH_LIMIT_MS = 60_000;

/** Replays all that is open of this host against this code; polls nothing and changes nothing. 1: one does not replay. */
export async function replayRunning(context: CommandContext, options: CommonOptions): Promise<ExitStatus> {
  const { io, settings, handlers } = context;
  const stack = await findStack(settings, options.stack, options.envFile);
  const { host } = stack.ref;
  const stacks = (await stack.stateDirectory.stacks()).map(({ name }) => name);
  const choice = await serverFor(settings, stack, options.address);
  const { open, left } = await withSession(choice, stack.directory, (session) =>
    session.within(() => openWorkflows(session.client, host, stacks), FETCH_LIMIT_MS),
  );
  const verdicts = await handlers.replayOpen(open);
  const judged = judgedOf(open, verdicts);
  const start = decideStart(judged, stacks);
  const answer: ReplayRunningAnswer = {
    host,
    workflows: judged.map((each, i) => withVerdict(each, verdicts[i])),
    left,
    begins: start.is === 'begin',
  };
  if (options.json) printJson(io, answer);
  else printLines(io, renderRunning(answer));
  return judged.every(({ replays }) => replays) ? EXIT.done : EXIT.failed;
}

function withVerdict(
  { id, ...judged }: Judged,
  verdict = { workflowType: 'unknown', events: 0 },
): ReplayRunningAnswer['workflows'][number] {
  const { workflowType, events } = verdict;
  return { workflowId: id, workflowType, events, ...judged };
}
