/** A directory or file of this host made what another is. */
import { lstat } from 'node:fs/promises';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { CommandFailed, runCommand } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import { mirrorCommand } from './mirror.js';

const COPY_LIMIT_MS = 24 * 3600_000;

export interface MirrorSurroundings {
  readonly environment: Readonly<Record<string, string>>;
  readonly step: Step;
}

/** Makes `target` what `from` is, but for what is spared. A target that is not there is made. Safe to run again. */
export async function mirror(
  from: string,
  target: string,
  spared: readonly string[],
  { environment, step }: MirrorSurroundings,
): Promise<void> {
  const directory = (await lstat(from)).isDirectory();
  try {
    const options = { env: { ...environment }, signal: step.signal, timeoutMs: COPY_LIMIT_MS };
    await runCommand(mirrorCommand(from, target, { directory, spared }), options);
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.reason === 'aborted') throw error;
    throw new StepFailure(typeOf(error), `${target} could not be written whole: ${error.message}`, undefined, {
      cause: error,
    });
  }
}

function typeOf({ reason, stderr }: CommandFailed) {
  if (reason === 'not started') return FAILURES.configuration;
  return /no space left on device/i.test(stderr) ? FAILURES.diskFull : FAILURES.applyFailed;
}
