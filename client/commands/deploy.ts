import { EXIT } from '../../workflows/contract.js';
import { noWorker, withSession } from '../connection.js';
import { CommandEnd, type ExitStatus, wrongUse } from '../failures.js';
import { followDeployment } from '../follow.js';
import type { CommandContext, CommonOptions } from '../io.js';
import { askForDeployment, askKeeper } from '../keeper.js';
import { statusOfOutcome } from '../outcomes.js';
import { outcomeLine } from '../render/progress.js';
import { findStack, serverFor, UnknownStack, type KnownStack } from '../stack.js';
import { withKeeper } from '../with-keeper.js';

export interface DeployOptions extends CommonOptions {
  force?: boolean;
  reason?: string;
  wait?: boolean;
  local?: boolean;
}

/** Asks the keeper; with `--wait` shows phases and services as they go and ends with the outcome. */
export async function deploy(context: CommandContext, options: DeployOptions): Promise<ExitStatus> {
  if (options.local) return deployLocally(context, options);
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

/** For the night when the server is down: refused while a keeper answers, which would do it better. */
async function deployLocally(context: CommandContext, options: DeployOptions): Promise<ExitStatus> {
  const { io, settings, handlers } = context;
  const stack = await findStack(settings, options.stack, options.envFile).catch(unlessUnknown);
  if (stack && (await keeperAnswers(context, options, stack))) {
    throw wrongUse(
      `Stack ${stack.ref.stack} has a keeper that answers: ask it (birdkeeper deploy). --local is for when the server is down.`,
    );
  }
  const stop = io.interruption();
  try {
    const { number, outcome, message } = await handlers.deployLocally({
      stackDir: stack?.directory ?? options.stack,
      force: options.force === true,
      by: settings.by,
      stop: stop.signal,
      ...envFileOf(options, stack),
      ...(options.reason === undefined ? {} : { reason: options.reason }),
    });
    io.out(outcomeLine(number, outcome, message));
    return statusOfOutcome(outcome);
  } finally {
    stop.done();
  }
}

/** A stack that no keeper ever had: the deployment registers it, as on a new host whose worker is part of that stack. */
function unlessUnknown(error: unknown): undefined {
  if (error instanceof UnknownStack) return undefined;
  throw error;
}

function envFileOf({ envFile }: DeployOptions, stack: KnownStack | undefined): { envFile?: string } {
  const given = stack ? stack.state.stack.envFile : envFile;
  return given === undefined ? {} : { envFile: given };
}

async function keeperAnswers(
  { settings }: CommandContext,
  options: DeployOptions,
  stack: KnownStack,
): Promise<boolean> {
  try {
    const choice = await serverFor(settings, stack, options.address);
    return await withSession(choice, stack.directory, async (session) => {
      return (await askKeeper(session, stack.ref)).is === 'answer';
    });
  } catch (error) {
    if (error instanceof CommandEnd && error.status === EXIT.unreachable) return false;
    throw error;
  }
}
