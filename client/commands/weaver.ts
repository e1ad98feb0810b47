/** `birdkeeper weaver …`: the birds that Weaver is to know, by hand. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { EXIT, scheduleId } from '../../workflows/contract.js';
import { withSession } from '../connection.js';
import { CommandEnd, type ExitStatus } from '../failures.js';
import { printJson, printLines, type CommandContext, type CommonOptions } from '../io.js';
import { renderWeaver } from '../render/weaver.js';
import { runWorkflow } from '../run-workflow.js';
import { WeaverAnswer } from '../sight-schemas.js';
import { findStack, serverFor } from '../stack.js';
import { oneLine } from '../text.js';
import { stackPlace } from './up.js';

type Act = (context: CommandContext, options: CommonOptions, words: readonly string[]) => Promise<ExitStatus>;

const Registered = z.object({ outcome: z.string(), summary: z.string() });
const Unregistered = z.object({ removed: z.boolean() });

/** All that are wanted, or those named; waits for the end, and ends with 1 when something is not in step. */
export const register: Act = async (context, options, birds) => {
  const input = birds.length === 0 ? {} : { birds: [...new Set(birds)] };
  const { outcome, summary } = Registered.parse(await run(context, options, 'registerWeaverProviders', input));
  if (outcome === 'no weaver') {
    throw new CommandEnd(
      EXIT.usage,
      'The stack has no Weaver: add components/weaver to EXTRA_CONF_DIRS (BIRDHOUSE_EXTRA_CONF_DIRS), or set WEAVER_URL.',
    );
  }
  for (const line of summary.split('; ')) context.io.out(oneLine(line));
  return EXIT.done;
};

/** One that nobody wants any more. */
export const unregister: Act = async (context, options, [bird = '']) => {
  const { removed } = Unregistered.parse(await run(context, options, 'unregisterWeaverProvider', { bird }));
  if (!removed)
    throw new CommandEnd(EXIT.failed, `Weaver keeps ${oneLine(bird)}: look at the log of the container weaver.`);
  context.io.out(`${oneLine(bird)} is not registered in Weaver any more.`);
  return EXIT.done;
};

/** A line per bird. Needs no server; ends with 1 when a wanted one is not registered or does not answer. */
export const status: Act = async ({ io, handlers }, options) => {
  const sight = WeaverAnswer.parse(await handlers.weaverStatus(await stackPlace(options)));
  if (options.json === true) printJson(io, sight);
  else printLines(io, renderWeaver(sight, io.now()));
  const isWell = sight.problem === undefined && sight.birds.every((bird) => !bird.wanted || isFine(bird));
  return isWell ? EXIT.done : EXIT.failed;
};

const isFine = ({
  registered,
  answers,
  processes,
}: {
  registered: boolean;
  answers: boolean | null;
  processes?: number;
}) => registered && answers !== false && processes !== undefined;

async function run(
  { settings }: CommandContext,
  options: CommonOptions,
  type: string,
  input: object,
): Promise<unknown> {
  const stack = await findStack(settings, options.stack, options.envFile);
  const choice = await serverFor(settings, stack, options.address);
  return withSession(choice, stack.directory, (session) =>
    runWorkflow(session, stack, { type, input, workflowId: `${scheduleId('weaver', stack.ref)}/${randomUUID()}` }),
  );
}
