/** `birdkeeper fix-write-perm`: write access to the checkouts for who works in them, whoever made the files. */
import { resolve } from 'node:path';
import { EXIT } from '../../workflows/contract.js';
import type { ExitStatus } from '../failures.js';
import { printLines, type CommandContext, type CommonOptions } from '../io.js';
import { renderWritePerm } from '../render/write-perm.js';
import { askedOf } from './config.js';

export interface WritePermCommandOptions extends CommonOptions {
  user?: string;
  dryRun?: boolean;
}

/** The checkouts of the stack, and the paths given; 1 when one of them failed. Needs neither server nor engine. */
export async function fixWritePerm(
  context: CommandContext,
  options: WritePermCommandOptions,
  _first: string,
  paths: readonly string[],
): Promise<ExitStatus> {
  const { io, handlers } = context;
  const dryRun = options.dryRun === true;
  const answer = await handlers.fixWritePerm({
    ...(await askedOf(context, options)),
    paths: paths.map((path) => resolve(path)),
    ...(options.user === undefined ? {} : { user: options.user }),
    dryRun,
    say: (line) => io.err(`+ ${line}`),
  });
  for (const warning of answer.warnings) io.err(`warning: ${warning}`);
  printLines(io, renderWritePerm(answer, dryRun));
  return answer.targets.some(({ problem }) => problem !== undefined) ? EXIT.failed : EXIT.done;
}
