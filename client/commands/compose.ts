/** `birdkeeper compose -- ARGS`: in the place of upstream's compose script. */
import type { CommandContext } from '../io.js';
import { askedOf, type ReadingOptions } from './config.js';

/** The exit status is that of Compose. */
export async function compose(
  context: CommandContext,
  options: ReadingOptions,
  args: readonly string[],
): Promise<number> {
  return context.handlers.compose({
    ...(await askedOf(context, options)),
    args,
    say: (line) => context.io.err(`birdkeeper: ${line}`),
  });
}
