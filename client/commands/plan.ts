import { EXIT } from '../../workflows/contract.js';
import type { ExitStatus } from '../failures.js';
import { printJson, printLines, type CommandContext, type CommonOptions } from '../io.js';
import { renderDecision } from '../render/decision.js';
import { renderPlan } from '../render/plan.js';
import type { PlanAnswer } from '../schemas.js';
import { stackPlace } from './up.js';

/** What a deployment would do. Needs no server, changes nothing. */
export async function plan(
  { io, handlers }: CommandContext,
  options: CommonOptions & { era?: string },
): Promise<ExitStatus> {
  const json = options.json === true;
  const answer: PlanAnswer = await handlers.plan({ ...(await stackPlace(options)), json });
  if (json) printJson(io, answer);
  else {
    printLines(io, renderDecision(answer.decision, answer.checkouts));
    if (answer.plan) printLines(io, ['', ...renderPlan(answer.plan)]);
  }
  return answer.decision.word === 'blocked' ? EXIT.blocked : EXIT.done;
}
