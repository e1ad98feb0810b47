/** `up` beside a birdkeeper that runs: its worker serves every stack of the host, so that a further one is handed over. */
import { realpath } from 'node:fs/promises';
import { chooseServer } from '../client/address.js';
import type { StackOptions } from '../client/handlers.js';
import { WorkflowNotFoundError } from '@temporalio/client';
import { keeperId } from '../workflows/contract.js';
import { connectClient, type TemporalClient } from './client.js';
import type { Composition } from './composition.js';
import { startKeeping } from './keeping.js';
import type { PlaceHolder } from './only-one.js';

/** False: every stack that was named is kept there already, or its server cannot be found: there is nothing to hand over. */
export async function joinRunning(
  composition: Composition,
  options: StackOptions,
  { pid }: PlaceHolder,
): Promise<boolean> {
  const { settings, say } = composition;
  const choice = await chooseServer({
    option: options.address,
    temporalEnvironment: settings.temporalEnvironment,
    stateDirectories: [settings.stateDirectory],
  });
  if (choice === undefined || !choice.isRunning) return false;
  const client = await connectClient(choice);
  try {
    if (await areAllKept(composition, options, client)) return false;
    for (const place of options.stacks) {
      const stack = await composition.registerStack(place);
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

/** A stack that is known and whose keeper was lost is handed over again. */
async function areAllKept(
  { state, settings }: Composition,
  options: StackOptions,
  { client }: TemporalClient,
): Promise<boolean> {
  const known = await state.stacks();
  const kept = await Promise.all(
    options.stacks.map(async ({ stackDir }) => {
      const directory = await realpath(stackDir);
      const stack = known.find((candidate) => candidate.directory === directory);
      return stack !== undefined && isOpen(client, keeperId({ host: settings.host, stack: stack.name }));
    }),
  );
  return kept.every(Boolean);
}

async function isOpen(client: TemporalClient['client'], workflowId: string): Promise<boolean> {
  try {
    return (await client.workflow.getHandle(workflowId).describe()).status.name === 'RUNNING';
  } catch (error) {
    if (error instanceof WorkflowNotFoundError) return false;
    throw error;
  }
}
