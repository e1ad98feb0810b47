import { EXIT } from '../../workflows/contract.js';
import type { KeeperStatus } from '../../workflows/model.js';
import { wrongUse, type ExitStatus } from '../failures.js';
import { followDeployment } from '../follow.js';
import type { CommandContext, CommonOptions } from '../io.js';
import { numberOf } from '../numbers.js';
import { refuseAnswer, whenOpen } from '../refusals.js';
import { oneLine } from '../text.js';
import { tellAndSee, withKeeper } from '../with-keeper.js';

export interface AnswerOptions extends CommonOptions {
  reason?: string;
}

/** A person says yes to exactly the release and the plan that wait. With `--wait` as `deploy`. */
export async function approve(
  context: CommandContext,
  options: AnswerOptions & { wait?: boolean },
  argument: string,
): Promise<ExitStatus> {
  const { io } = context;
  const number = numberOf(argument, 'deployment');
  return withKeeper(context, options, async (kept) => {
    refuse('approve', number, kept.status);
    const after = await tellAndSee(kept, 'approve', payloadOf(context, options, number), ({ waiting }) => {
      return waiting?.number !== number || waiting.approvedBy !== undefined;
    });
    const begun = deploymentAfter(kept.status, after);
    io.out(`Deployment ${number} is approved: ${whatFollows(begun, after)}.`);
    if (!options.wait) return EXIT.done;
    // It is told to wait for the outcome, and that one is still "waiting".
    if (begun === undefined) return after.waiting === undefined ? EXIT.done : EXIT.blocked;
    const { session, stack } = kept;
    return followDeployment({ session, stack, number: begun, context });
  });
}

/** A person says no: the release is not deployed; another commit is a new question. */
export async function reject(context: CommandContext, options: AnswerOptions, argument: string): Promise<ExitStatus> {
  const number = numberOf(argument, 'deployment');
  return withKeeper(context, options, async (kept) => {
    refuse('reject', number, kept.status);
    await tellAndSee(kept, 'reject', payloadOf(context, options, number), ({ waiting }) => waiting?.number !== number);
    context.io.out(`Deployment ${number} is rejected: its release is not deployed; the next commit is asked for anew.`);
    return EXIT.done;
  });
}

function refuse(verb: 'approve' | 'reject', number: number, status: KeeperStatus): void {
  const refusal = refuseAnswer(verb, number, status);
  if (refusal !== undefined) throw wrongUse(oneLine(refusal));
}

const payloadOf = ({ settings }: CommandContext, { reason }: AnswerOptions, number: number) => ({
  number,
  by: settings.by,
  ...(reason === undefined ? {} : { reason }),
});

/** Number of the deployment that an approval began; undefined when a window has yet to open. Pure. */
export function deploymentAfter(before: KeeperStatus, after: KeeperStatus): number | undefined {
  const { running, queued, last } = after;
  const isIt = (trigger: string) => trigger === 'approved' || trigger === 'window';
  if (running !== undefined && running.number !== before.running?.number && isIt(running.trigger)) {
    return running.number;
  }
  const next = queued.find(({ trigger }) => isIt(trigger));
  if (next !== undefined) return next.number;
  return last !== undefined && last.number >= before.nextNumber ? last.number : undefined;
}

function whatFollows(begun: number | undefined, { waiting }: KeeperStatus): string {
  return begun === undefined ? whenOpen(waiting?.opensAt) : `deployment ${begun} brings its release`;
}
