/** `birdkeeper notebooks …`: what is deployed of the tutorial notebooks, by hand. */
import { randomUUID } from 'node:crypto';
import { z } from 'zod';
import { EXIT, scheduleId } from '../../workflows/contract.js';
import { withSession } from '../connection.js';
import { wrongUse, type ExitStatus } from '../failures.js';
import type { CommandContext, CommonOptions } from '../io.js';
import { runWorkflow } from '../run-workflow.js';
import { findStack, serverFor } from '../stack.js';

export interface NotebooksOptions extends CommonOptions {
  force?: boolean;
}

const RolledBack = z.object({ notebooks: z.number(), since: z.string() });
const Deployed = z.object({ outcome: z.string(), notebooks: z.number() });

/** `rollback`: the ones before come back, and stay until the sources change. `deploy`: now; `--force` also those that a person went back from. */
export async function notebooks(
  context: CommandContext,
  options: NotebooksOptions,
  argument: string,
): Promise<ExitStatus> {
  if (argument === 'rollback') {
    const { notebooks: count, since } = RolledBack.parse(await run(context, options, 'rollbackNotebooks', {}));
    context.io.out(`${count} notebooks, deployed at ${since}, are back. They stay until the sources change.`);
    return EXIT.done;
  }
  if (argument !== 'deploy') throw wrongUse('birdkeeper notebooks rollback, or birdkeeper notebooks deploy [--force]');
  const input = options.force === true ? { force: true } : {};
  const { outcome, notebooks: count } = Deployed.parse(await run(context, options, 'deployNotebooks', input));
  context.io.out(
    `${outcome}: ${count} notebooks${outcome === 'held back' ? '; somebody went back from them (--force)' : ''}`,
  );
  return EXIT.done;
}

async function run(
  { settings }: CommandContext,
  options: NotebooksOptions,
  type: string,
  input: object,
): Promise<unknown> {
  const stack = await findStack(settings, options.stack, options.envFile);
  const choice = await serverFor(settings, stack, options.address);
  return withSession(choice, stack.directory, (session) =>
    runWorkflow(session, stack, { type, input, workflowId: `${scheduleId('notebooks', stack.ref)}/${randomUUID()}` }),
  );
}
