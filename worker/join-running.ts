/** `up` beside a birdkeeper that runs: its worker serves every stack of the host, so that a further one is handed over. */
import { realpath } from 'node:fs/promises';
import { chooseServer } from '../client/address.js';
import type { StackOptions } from '../client/handlers.js';
import { connectClient } from './client.js';
import type { Composition } from './composition.js';
import { startKeeping } from './keeping.js';
import type { PlaceHolder } from './only-one.js';

/** False: every stack that was named is known there already, or its server cannot be found: there is nothing to hand over. */
export async function joinRunning(
  composition: Composition,
  options: StackOptions,
  { pid }: PlaceHolder,
): Promise<boolean> {
  const { state, settings, say } = composition;
  const known = (await state.stacks()).map(({ directory }) => directory);
  const directories = await Promise.all(options.stacks.map(({ stackDir }) => realpath(stackDir)));
  if (directories.every((directory) => known.includes(directory))) return false;
  const choice = await chooseServer({
    option: options.address,
    temporalEnvironment: settings.temporalEnvironment,
    stateDirectories: [settings.stateDirectory],
  });
  if (choice === undefined || !choice.isRunning) return false;
  const client = await connectClient(choice);
  try {
    for (const { stackDir, envFile } of options.stacks) {
      const stack = await composition.registerStack(stackDir, envFile);
      await startKeeping(composition, client, stack);
      say(
        `${stack.name} is kept by the birdkeeper that runs already (process ${pid}); ^C there stops it. This command ends.`,
      );
    }
    return true;
  } finally {
    await client.connection.close();
  }
}
