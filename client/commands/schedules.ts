import { EXIT } from '../../workflows/contract.js';
import { withSession } from '../connection.js';
import type { ExitStatus } from '../failures.js';
import { printJson, printLines, type CommandContext, type CommonOptions } from '../io.js';
import { renderSchedules } from '../render/schedules.js';
import { stackSchedules } from '../schedules.js';
import type { SchedulesAnswer } from '../schedule-schemas.js';
import { findStack, serverFor } from '../stack.js';

/** What the server runs by itself for the stack, and when. Needs a server, no worker. */
export async function schedules({ io, settings }: CommandContext, options: CommonOptions): Promise<ExitStatus> {
  const stack = await findStack(settings, options.stack, options.envFile);
  const choice = await serverFor(settings, stack, options.address);
  const answer: SchedulesAnswer = await withSession(choice, stack.directory, async (session) => ({
    ...stack.ref,
    schedules: await stackSchedules(session, stack.ref),
  }));
  if (options.json) printJson(io, answer);
  else printLines(io, renderSchedules(answer, io.now()));
  return EXIT.done;
}
