import { realpath } from 'node:fs/promises';
import { resolve } from 'node:path';
import { EXIT } from '../../workflows/contract.js';
import { wrongUse, type ExitStatus } from '../failures.js';
import type { StackOptions } from '../handlers.js';
import type { CommandContext, CommonOptions } from '../io.js';

/** Temporal when no address is given, worker, keeper, schedules; stays. */
export async function up({ handlers }: CommandContext, options: CommonOptions): Promise<ExitStatus> {
  await handlers.up(await stackOptions(options));
  return EXIT.done;
}

/** Only the worker; stays. */
export async function worker({ handlers }: CommandContext, options: CommonOptions): Promise<ExitStatus> {
  await handlers.worker(await stackOptions(options));
  return EXIT.done;
}

/** The directory must be there; everything else is checked by who reads it. */
export async function stackOptions(options: CommonOptions): Promise<StackOptions> {
  return {
    stackDir: await existing(options.stack, 'Stack directory'),
    ...(options.envFile === undefined ? {} : { envFile: await existing(options.envFile, 'Environment file') }),
    ...(options.address === undefined ? {} : { address: options.address }),
  };
}

async function existing(path: string, what: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    throw wrongUse(`${what} ${resolve(path)} does not exist.`);
  }
}
