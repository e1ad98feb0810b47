/** Commands that change containers of a stack. */
import type { FailureType } from '../../workflows/contract.js';
import { FAILURES } from '../shared/failures.js';
import type { Redact } from '../shared/redact.js';
import { guarded } from '../shared/guarded.js';
import { type Command, runCommand } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import { composeEnvironment } from './command.js';
import { composeFailure } from './failures.js';
import type { ComposeView } from './read.js';

/** Longer than the limit of a command, so that what a killed worker left running is waited for. */
const LOCK_WAIT_SECONDS = 660;
/** Each container may take its whole grace to stop. */
const COMMAND_SECONDS = 600;

export interface GuardedInput {
  view: ComposeView;
  /** Lock of the stack, see `guarded`. */
  lock: string;
  step: Step;
  redact: Redact;
}

/** Runs behind lock and limit. `what` could not be done, in messages; the failure is ApplyFailed unless it tells more. */
export async function runGuarded(
  command: Command,
  what: string,
  { view, lock, step, redact }: GuardedInput,
  otherwise: FailureType = FAILURES.applyFailed,
): Promise<void> {
  try {
    await runCommand(
      guarded(view.wrap(command), { lock, waitSeconds: LOCK_WAIT_SECONDS, limitSeconds: COMMAND_SECONDS }),
      {
        cwd: view.directory,
        env: composeEnvironment(view.composeVariables),
        signal: step.signal,
        timeoutMs: (LOCK_WAIT_SECONDS + COMMAND_SECONDS + 30) * 1000,
        onLine: (line) => step.log.output(line),
      },
    );
  } catch (error) {
    step.signal.throwIfAborted();
    throw composeFailure(error, what, { redact, otherwise });
  }
}
