import { EXIT } from '../../workflows/contract.js';
import { howToStart, noWorker, withSession } from '../connection.js';
import { unreachable, type ExitStatus } from '../failures.js';
import type { CommandContext, CommonOptions } from '../io.js';
import { askForDeployment, requireAnsweringWorker } from '../keeper.js';
import { findStack, serverFor } from '../stack.js';
import { followDeployment } from '../follow.js';

export interface DeployOptions extends CommonOptions {
  force?: boolean;
  reason?: string;
  wait?: boolean;
}

/** Asks the keeper; with `--wait` shows phases and services as they go and ends with the outcome. */
export async function deploy({ io, settings }: CommandContext, options: DeployOptions): Promise<ExitStatus> {
  const stack = await findStack(settings, options.stack, options.envFile);
  const { ref, directory } = stack;
  const choice = await serverFor(settings, stack, options.address);
  return withSession(choice, directory, async (session) => {
    if ((await requireAnsweringWorker(session, ref, directory)) === undefined) {
      throw unreachable(`Stack ${ref.stack} has no keeper on ${session.choice.sentence}.`, howToStart(directory));
    }
    const answer = await askForDeployment(session, ref, {
      force: options.force === true,
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    });
    if (answer.is !== 'answer') throw noWorker(ref.host, session.choice, directory);
    const { number, collapsed } = answer.value;
    io.out(`deployment ${number} of ${ref.stack} was asked for${collapsed ? ' (it joined one that was waiting)' : ''}`);
    if (options.wait) return followDeployment({ session, ref, directory, number, io });
    io.out(`follow it with: birdkeeper status --stack ${directory}`);
    return EXIT.done;
  });
}
