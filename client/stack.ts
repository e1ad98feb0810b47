/** The stack that a command speaks of: found by its directory in the registry of this host. */
import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { StateDirectory, type RegisteredStack, type StackState } from '../activities/state/index.js';
import { EXIT, type StackRef } from '../workflows/contract.js';
import { chooseServer, type ServerChoice } from './address.js';
import { CommandEnd, wrongUse } from './failures.js';
import { readHostName } from './host-name.js';
import type { ClientSettings } from './settings.js';

export interface KnownStack {
  ref: StackRef;
  directory: string;
  state: StackState;
  stateDirectory: StateDirectory;
  /** Where the server's record is looked for: the place that knows the stack first. */
  stateDirectories: string[];
}

/** No place of this host knows a stack in that directory. */
export class UnknownStack extends CommandEnd {
  constructor(message: string) {
    super(EXIT.usage, message);
  }
}

/** Throws `UnknownStack` (wrong use) when no place of this host knows a stack in that directory. */
export async function findStack(settings: ClientSettings, directory: string, envFile?: string): Promise<KnownStack> {
  const real = await realDirectory(directory);
  const known: RegisteredStack[] = [];
  for (const place of settings.stateDirectories) {
    const stateDirectory = new StateDirectory(place);
    const stacks = await stateDirectory.stacks();
    known.push(...stacks);
    const found = stacks.find((stack) => stack.directory === real);
    if (!found) continue;
    refuseOtherEnvFile(found, envFile);
    return {
      ref: { host: await readHostName(place, settings.host, settings.machine), stack: found.name },
      directory: real,
      state: await stateDirectory.stack(found.name),
      stateDirectory,
      stateDirectories: [place, ...settings.stateDirectories.filter((other) => other !== place)],
    };
  }
  throw new UnknownStack(unknownStack(real, known, settings.stateDirectories));
}

/** A stack whose directory was removed is still found, by the path as it was. */
async function realDirectory(directory: string): Promise<string> {
  const path = resolve(directory);
  return realpath(path).catch(() => path);
}

function unknownStack(directory: string, known: readonly RegisteredStack[], places: readonly string[]): string {
  const list = known.map((stack) => `${stack.name} in ${stack.directory}`).join(', ') || 'none';
  return `No stack in ${directory} is known on this host (known: ${list}; looked in ${places.join(' and ')}). Name its directory with --stack DIR, or start it with: birdkeeper up --stack ${directory}`;
}

function refuseOtherEnvFile(stack: RegisteredStack, envFile: string | undefined): void {
  if (envFile === undefined) return;
  const registered = stack.envFile ?? resolve(stack.directory, 'env.local');
  if (resolve(envFile) === resolve(stack.directory, registered)) return;
  throw wrongUse(
    `Stack ${stack.name} runs with ${registered}, not with ${envFile}. Start it again with the other: birdkeeper up --stack ${stack.directory} --env-file ${envFile}`,
  );
}

/** The server that this stack's worker uses. */
export const serverFor = (
  settings: ClientSettings,
  stack: KnownStack,
  address: string | undefined,
): Promise<ServerChoice | undefined> =>
  chooseServer({
    option: address,
    temporalEnvironment: settings.temporalEnvironment,
    stateDirectories: stack.stateDirectories,
  });
