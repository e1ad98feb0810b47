import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EXIT } from '../../workflows/contract.js';
import { wrongUse, type ExitStatus } from '../failures.js';
import type { StackOptions, StackPlace } from '../handlers.js';
import type { CommandContext, CommonOptions } from '../io.js';

/** `--stack` may be given several times. */
export interface UpOptions extends Omit<CommonOptions, 'stack'> {
  stack: string;
}

/** Temporal when no address is given, worker, keepers, schedules; stays. */
export async function up({ handlers }: CommandContext, options: UpOptions): Promise<ExitStatus> {
  await handlers.up(await serveOptions(options));
  return EXIT.done;
}

/** Only the worker; stays. */
export async function worker({ handlers }: CommandContext, options: UpOptions): Promise<ExitStatus> {
  await handlers.worker(await serveOptions(options));
  return EXIT.done;
}

async function serveOptions({ stack, envFile, address }: UpOptions): Promise<StackOptions> {
  const given: string | readonly string[] = stack;
  const directories = typeof given === 'string' ? [given] : given;
  if (envFile !== undefined && directories.length > 1) {
    throw wrongUse('--env-file goes with one --stack. Start each stack that needs one by a birdkeeper up of its own.');
  }
  const stacks = await Promise.all(directories.map((directory) => stackPlace({ stack: directory, envFile })));
  return { stacks, ...(address === undefined ? {} : { address }) };
}

/** The directory must be there; everything else is checked by who reads it. */
export async function stackPlace(options: { stack: string; envFile?: string | undefined }): Promise<StackPlace> {
  return {
    stackDir: await existing(options.stack, 'Stack directory'),
    ...(options.envFile === undefined ? {} : { envFile: await existing(options.envFile, 'Environment file') }),
  };
}

async function existing(path: string, what: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    throw wrongUse(`${what} ${resolve(path)} does not exist.`);
  }
}
