import { EXIT } from '../../workflows/contract.js';
import { withSession } from '../connection.js';
import { CommandEnd, type ExitStatus } from '../failures.js';
import type { CommandContext, CommonOptions } from '../io.js';
import { deleteSchedules, runningChildren, terminateKeeper } from '../keeper.js';
import { findStack, serverFor } from '../stack.js';

/** Ends keeper and schedules, and takes the stack out of the registry; the containers run on. Twice: wrong use, nothing is known. */
export async function forget({ io, settings }: CommandContext, options: CommonOptions): Promise<ExitStatus> {
  const stack = await findStack(settings, options.stack, options.envFile);
  const { ref, directory, state, stateDirectory } = stack;
  const choice = await serverFor(settings, stack, options.address);
  await withSession(choice, directory, async (session) => {
    const children = await runningChildren(session, ref);
    if (children !== undefined && children.length > 0) {
      throw new CommandEnd(
        EXIT.blocked,
        `${children.join(', ')} is running; nothing was changed. Wait for its end (birdkeeper status --stack ${directory}), or cancel it (temporal workflow cancel -w ${children[0]}; that rolls back), then forget.`,
      );
    }
    // Schedules first: one that fires in between would look at a stack that nobody keeps.
    const schedules = await deleteSchedules(session, ref);
    const ended = await terminateKeeper(session, ref, 'birdkeeper forget');
    io.out(ended ? `keeper of ${ref.stack} ended` : `${ref.stack} had no keeper`);
    io.out(schedules.length === 0 ? 'it had no schedules' : `schedules deleted: ${schedules.join(', ')}`);
  });
  await stateDirectory.forget(ref.stack);
  io.out(`The containers of ${ref.stack} run on as they are. Its records stay in ${state.path()}.`);
  return EXIT.done;
}
