import { EXIT } from '../../workflows/contract.js';
import { noWorker } from '../connection.js';
import type { ExitStatus } from '../failures.js';
import { followDeployment } from '../follow.js';
import type { CommandContext, CommonOptions } from '../io.js';
import { askForDeployment } from '../keeper.js';
import { withKeeper } from '../with-keeper.js';

export interface DeployOptions extends CommonOptions {
  force?: boolean;
  reason?: string;
  wait?: boolean;
}

/** Asks the keeper; with `--wait` shows phases and services as they go and ends with the outcome. */
export async function deploy(context: CommandContext, options: DeployOptions): Promise<ExitStatus> {
  const { io, settings } = context;
  return withKeeper(context, options, async ({ session, stack }) => {
    const { ref, directory } = stack;
    const answer = await askForDeployment(session, ref, {
      force: options.force === true,
      by: settings.by,
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    });
    if (answer.is !== 'answer') throw noWorker(ref.host, session.choice, directory);
    const { number, collapsed } = answer.value;
    io.out(`deployment ${number} of ${ref.stack} was asked for${collapsed ? ' (it joined one that was waiting)' : ''}`);
    if (options.wait) return followDeployment({ session, stack, number, context });
    io.out(`follow it with: birdkeeper status --stack ${directory}`);
    return EXIT.done;
  });
}
