import { EXIT } from '../../workflows/contract.js';
import type { ExitStatus } from '../failures.js';
import { printJson, printLines, type CommandContext, type CommonOptions } from '../io.js';
import { renderStatus } from '../render/status.js';
import { reportOn } from '../report.js';
import { findStack } from '../stack.js';

/** What runs and what to do; without a server from the state directory, saying so. */
export async function status(context: CommandContext, options: CommonOptions): Promise<ExitStatus> {
  const { io, settings } = context;
  const stack = await findStack(settings, options.stack, options.envFile);
  const report = await reportOn(context, stack, options.address);
  if (options.json) printJson(io, report);
  else printLines(io, renderStatus(report, io.now()));
  return EXIT.done;
}
