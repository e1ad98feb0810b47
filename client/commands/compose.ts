/** `birdkeeper compose -- ARGS`: in the place of upstream's compose script. */
import type { CommandContext } from '../io.js';
import { askedOf, type ReadingOptions } from './config.js';

/** The exit status is that of Compose. */
export async function compose(
  { io, handlers }: CommandContext,
  options: ReadingOptions,
  args: readonly string[],
): Promise<number> {
  return handlers.compose({
    ...(await askedOf(options)),
    args,
    say: (line) => io.err(`birdkeeper: ${line}`),
  });
}
