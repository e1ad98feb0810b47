import { EXIT } from '../../workflows/contract.js';
import { wrongUse, type ExitStatus } from '../failures.js';
import type { CommandContext, CommonOptions } from '../io.js';
import { describePause, refusePause, refuseResume } from '../refusals.js';
import { oneLine } from '../text.js';
import { tellAndSee, withKeeper } from '../with-keeper.js';

export interface PauseOptions extends CommonOptions {
  reason?: string;
}

/** Nothing is deployed by itself from now on. What runs ends as it would. */
export async function pause(context: CommandContext, options: PauseOptions): Promise<ExitStatus> {
  const { io, settings } = context;
  return withKeeper(context, options, async (kept) => {
    const refusal = refusePause(kept.status, io.now());
    if (refusal !== undefined) throw wrongUse(oneLine(refusal));
    const payload = { by: settings.by, ...(options.reason === undefined ? {} : { reason: options.reason }) };
    const { running } = await tellAndSee(kept, 'pause', payload, ({ paused }) => paused !== undefined);
    const ending = running === undefined ? '' : ` Deployment ${running.number} runs on to its end.`;
    io.out(`${kept.stack.ref.stack} is paused: nothing is deployed by itself until birdkeeper resume.${ending}`);
    return EXIT.done;
  });
}

/** What is pushed is deployed by itself again, what was pushed meanwhile included. */
export async function resume(context: CommandContext, options: CommonOptions): Promise<ExitStatus> {
  const { io, settings } = context;
  return withKeeper(context, options, async (kept) => {
    const refusal = refuseResume(kept.status);
    if (refusal !== undefined) throw wrongUse(refusal);
    const { paused } = kept.status;
    await tellAndSee(kept, 'resume', { by: settings.by }, (status) => status.paused === undefined);
    const was = paused === undefined ? '' : ` It was paused ${oneLine(describePause(paused, io.now()))}.`;
    io.out(`${kept.stack.ref.stack} is deployed by itself again.${was}`);
    return EXIT.done;
  });
}
