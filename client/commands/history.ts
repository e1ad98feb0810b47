import { EXIT } from '../../workflows/contract.js';
import type { ExitStatus } from '../failures.js';
import { printJson, printLines, type CommandContext, type CommonOptions } from '../io.js';
import { renderHistory } from '../render/status.js';
import { askKeeperOf } from '../report.js';
import type { HistoryAnswer } from '../schemas.js';
import { findStack } from '../stack.js';

export interface HistoryOptions extends CommonOptions {
  limit: number;
}

/** Deployments and how they ended. They are recorded on this host; the keeper adds the one that runs. */
export async function history(context: CommandContext, options: HistoryOptions): Promise<ExitStatus> {
  const { io, settings } = context;
  const stack = await findStack(settings, options.stack, options.envFile);
  const [recorded, { source, notices, running }] = await Promise.all([
    stack.state.deployments(),
    askKeeperOf(context, stack, options.address),
  ]);
  const deployments = recorded.slice(-options.limit).reverse();
  const answer: HistoryAnswer = { ...stack.ref, source, notices, running, deployments };
  if (options.json) printJson(io, answer);
  else printLines(io, renderHistory(answer));
  return EXIT.done;
}
