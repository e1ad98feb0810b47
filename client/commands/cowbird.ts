/** `birdkeeper cowbird …`: is Cowbird in step with the platform, by hand. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { EXIT, scheduleId } from '../../workflows/contract.js';
import { withSession } from '../connection.js';
import { CommandEnd, wrongUse, type ExitStatus } from '../failures.js';
import { printJson, printLines, type CommandContext, type CommonOptions } from '../io.js';
import { renderCowbird } from '../render/cowbird.js';
import { runWorkflow } from '../run-workflow.js';
import { findStack, serverFor } from '../stack.js';
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

/** The only handler that does something when it is asked. */
const FILE_SYSTEM = 'FileSystem';

/** Says what it wipes and rebuilds, asks, and waits for the end. */
export const resync: Act = async (context, options, [handler = FILE_SYSTEM]) => {
  const { io } = context;
  io.err(
    handler === FILE_SYSTEM
      ? 'Cowbird wipes the links to public results and to the results of each user (below the workspaces, wps_outputs), and makes them anew out of the directory of results. Whatever else lies in those directories is lost; results themselves and notebooks are not touched. It may take long.'
      : `Cowbird is asked to build anew what ${JSON.stringify(handler)} keeps. Of its handlers only ${FILE_SYSTEM} does something then.`,
  );
  if (options.yes !== true) {
    if (io.ask === undefined) throw wrongUse('Nobody can be asked here: say --yes to go on.');
    if ((await io.ask('Go on? [y/N] ')).trim().toLowerCase() !== 'y')
      throw new CommandEnd(EXIT.done, 'Nothing was done.');
  }
  await run(context, options, 'resyncCowbird', { handler });
  io.out(`Cowbird has built anew what ${handler} keeps.`);
  return EXIT.done;
};

/** A look from here. Needs no server; ends with 1 when it is not in step. */
export const status: Act = async ({ io, handlers }, options) => {
  const sight = await handlers.cowbirdStatus(await stackPlace(options));
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
