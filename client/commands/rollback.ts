import { EXIT } from '../../workflows/contract.js';
import type { Release } from '../../workflows/model.js';
import { noWorker } from '../connection.js';
import { isPermissionError, wrongUse, type ExitStatus } from '../failures.js';
import { followDeployment } from '../follow.js';
import type { CommandContext, CommonOptions } from '../io.js';
import { askForRollback } from '../keeper.js';
import { numberOf } from '../numbers.js';
import { refuseRollback } from '../refusals.js';
import type { KnownStack } from '../stack.js';
import { oneLine } from '../text.js';
import { withKeeper } from '../with-keeper.js';

export interface RollbackOptions extends CommonOptions {
  reason?: string;
  wait?: boolean;
}

/** Asks the keeper for a deployment of a former release; with `--wait` as `deploy`. */
export async function rollback(
  context: CommandContext,
  options: RollbackOptions,
  argument: string,
): Promise<ExitStatus> {
  const { io, settings } = context;
  const wanted = argument === '' ? undefined : numberOf(argument, 'release');
  return withKeeper(context, options, async ({ session, stack }) => {
    const { releases, isLeft } = await recorded(stack);
    const refusal = refuseRollback(wanted, releases, isLeft);
    if (refusal !== undefined) throw wrongUse(refusal);
    const answer = await askForRollback(session, stack.ref, {
      by: settings.by,
      ...(wanted === undefined ? {} : { number: wanted }),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    });
    if (answer.is !== 'answer') throw noWorker(stack.ref.host, session.choice, stack.directory);
    if ('refused' in answer.value) throw wrongUse(oneLine(answer.value.refused));
    const { number, to, collapsed } = answer.value;
    io.out(
      `deployment ${number} goes back to ${to < 0 ? 'the release before' : `release ${to}`}${collapsed ? ' (in the place of one that was waiting)' : ''}`,
    );
    for (const line of await snapshotsOf(stack, to, releases)) io.out(line);
    if (options.wait) return followDeployment({ session, stack, number, context });
    io.out(`follow it with: birdkeeper status --stack ${stack.directory}`);
    return EXIT.done;
  });
}

/** The code goes back by itself, the data do not. */
async function snapshotsOf(
  { state, directory }: KnownStack,
  to: number,
  releases: Release[] | undefined,
): Promise<string[]> {
  const release = to < 0 ? releases?.at(-2)?.number : to;
  const notes = await state.snapshots().catch(() => []);
  const newest = notes.findLast((note) => note.release === release);
  if (release === undefined || newest === undefined) return [];
  return [
    `The data stay as they are. A snapshot of release ${release}, of ${newest.at}, can be put back: birdkeeper restore ${newest.snapshot} --stack ${directory}`,
  ];
}

/** The record is root's; whoever may not read it is told by the keeper. */
async function recorded({ state }: KnownStack): Promise<{ releases: Release[] | undefined; isLeft: boolean }> {
  try {
    const [releases, deployments] = await Promise.all([state.releases(), state.deployments()]);
    const outcome = deployments.at(-1)?.outcome;
    return { releases, isLeft: outcome === 'roll back withheld' || outcome === 'roll back failed' };
  } catch (error) {
    if (isPermissionError(error)) return { releases: undefined, isLeft: false };
    throw error;
  }
}
