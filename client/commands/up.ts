import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EXIT } from '../../workflows/contract.js';
import { CommandEnd, wrongUse, type ExitStatus } from '../failures.js';
import type { FormerArtifact, StackOptions, StackPlace } from '../handlers.js';
import { CANNOT_COEXIST, describe } from './migrate.js';
import type { CommandContext, CommonOptions } from '../io.js';

/** `--stack` may be given several times. */
export interface UpOptions extends Omit<CommonOptions, 'stack'> {
  stack: string;
  /** Deploys by itself although the former mechanism is there, too. */
  besideFormer?: boolean;
  era?: string;
}

/** Temporal when no address is given, worker, keepers, schedules; stays. */
export async function up({ handlers }: CommandContext, options: UpOptions): Promise<ExitStatus> {
  if (options.besideFormer !== true) refuseBeside(await handlers.findFormer());
  await handlers.up(await serveOptions(options));
  return EXIT.done;
}

/** Only the worker; stays. */
export async function worker({ handlers }: CommandContext, options: UpOptions): Promise<ExitStatus> {
  await handlers.worker(await serveOptions(options));
  return EXIT.done;
}

/** Two that deploy one platform by themselves undo each other's work. */
function refuseBeside(found: readonly FormerArtifact[]): void {
  const deploying = found.filter(({ deploys }) => deploys);
  if (deploying.length === 0) return;
  throw new CommandEnd(
    EXIT.blocked,
    `This host still deploys the platform by its former mechanism:\n${deploying.map((artifact) => `  ${describe(artifact)}`).join('\n')}\n${CANNOT_COEXIST} Remove it with birdkeeper migrate --apply, or say that both shall run with --beside-former.`,
  );
}

async function serveOptions({ stack, envFile, era, address }: UpOptions): Promise<StackOptions> {
  const given: string | readonly string[] = stack;
  const directories = typeof given === 'string' ? [given] : given;
  if (envFile !== undefined && directories.length > 1) {
    throw wrongUse('--env-file goes with one --stack. Start each stack that needs one by a birdkeeper up of its own.');
  }
  const stacks = await Promise.all(directories.map((directory) => stackPlace({ stack: directory, envFile, era })));
  return { stacks, ...(address === undefined ? {} : { address }) };
}

/** The directory must be there; everything else is checked by who reads it. */
export async function stackPlace(options: {
  stack: string;
  envFile?: string | undefined;
  era?: string | undefined;
}): Promise<StackPlace> {
  return {
    stackDir: await existing(options.stack, 'Stack directory'),
    ...(options.envFile === undefined ? {} : { envFile: await existing(options.envFile, 'Environment file') }),
    ...(options.era === undefined ? {} : { era: options.era }),
  };
}

async function existing(path: string, what: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    throw wrongUse(`${what} ${resolve(path)} does not exist.`);
  }
}
