/** `birdkeeper cowbird …`: is Cowbird in step with the platform, by hand. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { RESYNCED, resyncWords } from '../../workflows/cowbird-model.js';
import { EXIT, scheduleId } from '../../workflows/contract.js';
import { withSession } from '../connection.js';
import { CommandEnd, wrongUse, type ExitStatus } from '../failures.js';
import { printJson, printLines, type CommandContext, type CommonOptions } from '../io.js';
import { renderCowbird } from '../render/cowbird.js';
import { runWorkflow } from '../run-workflow.js';
import { CowbirdAnswer } from '../sight-schemas.js';
import { findStack, serverFor } from '../stack.js';
import { oneLine } from '../text.js';
import { stackPlace } from './up.js';

export interface CowbirdOptions extends CommonOptions {
  yes?: boolean;
}

type Act = (context: CommandContext, options: CowbirdOptions, words: readonly string[]) => Promise<ExitStatus>;

const Verified = z.object({
  version: z.string().exactOptional(),
  handlers: z.array(z.string()),
  withoutWorkspace: z.array(z.string()),
});

/** Now; ends with 1 and every finding when it is not in step. */
export const verify: Act = async (context, options) => {
  const result = await run(context, options, 'verifyCowbird', {});
  const { version, handlers, withoutWorkspace } = Verified.parse(result);
  context.io.out(`in step: version ${version ?? 'not told'}, worker the same; handlers ${handlers.join(', ')}`);
  if (withoutWorkspace.length > 0) context.io.out(`without a workspace: ${withoutWorkspace.join(', ')}`);
  return EXIT.done;
};

/** Says what is wiped and who is in its way, asks, and waits for the end. */
export const resync: Act = async (context, options, [handler = RESYNCED]) => {
  const { io } = context;
  for (const sentence of resyncWords(handler, await withoutWorkspace(context, options))) io.err(oneLine(sentence));
  if (options.yes !== true) {
    if (io.ask === undefined) throw wrongUse('Nobody can be asked here: say --yes to go on.');
    const answer = await io.ask('Go on? [y/N] ');
    if (answer.trim().toLowerCase() !== 'y') throw new CommandEnd(EXIT.done, 'Nothing was done.');
  }
  await run(context, options, 'resyncCowbird', { handler });
  io.out(`Cowbird has built anew what ${oneLine(handler)} keeps.`);
  return EXIT.done;
};

/** As far as they are known: what keeps it from looking is told by what is asked next. */
async function withoutWorkspace({ handlers }: CommandContext, options: CowbirdOptions): Promise<readonly string[]> {
  const sight = await handlers.cowbirdStatus(await stackPlace(options)).catch(() => undefined);
  return sight?.withoutWorkspace ?? [];
}

/** A look from here. Needs no server; ends with 1 when it is not in step. */
export const status: Act = async ({ io, handlers }, options) => {
  const sight = CowbirdAnswer.parse(await handlers.cowbirdStatus(await stackPlace(options)));
  if (options.json === true) printJson(io, sight);
  else printLines(io, renderCowbird(sight, io.now()));
  return sight.inStep ? EXIT.done : EXIT.failed;
};

async function run(
  { settings }: CommandContext,
  options: CommonOptions,
  type: string,
  input: object,
): Promise<unknown> {
  const stack = await findStack(settings, options.stack, options.envFile);
  const choice = await serverFor(settings, stack, options.address);
  return withSession(choice, stack.directory, (session) =>
    runWorkflow(session, stack, { type, input, workflowId: `${scheduleId('cowbird', stack.ref)}/${randomUUID()}` }),
  );
}
