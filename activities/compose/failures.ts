/** Errors of compose commands, for people. */
import { FAILURES, type FailureType } from '../../workflows/contract.js';
import { StepFailure, messageOf } from '../shared/failures.js';
import type { Redact } from '../shared/redact.js';
import { LIMIT_STATUS, LOCK_BUSY_STATUS } from '../shared/guarded.js';
import { CommandFailed, tailOf } from '../shared/run-command.js';

const BUSY_RETRY_MS = 15_000;

/**
 * Translates what a compose command threw. `what`: what could not be done (`recreate web, db`). `otherwise`: the type when
 * the text tells nothing more.
 */
export function composeFailure(
  error: unknown,
  what: string,
  options: { redact: Redact; otherwise: FailureType },
): Error {
  if (!(error instanceof CommandFailed)) return error instanceof Error ? error : new Error(messageOf(error));
  const output = `${error.stderr}\n${error.stdout}`;
  const fail = (type: FailureType, why: string, retryAfterMs?: number) =>
    new StepFailure(type, options.redact(`Compose could not ${what}: ${why}`), retryAfterMs, { cause: error });
  if (error.reason === 'not started') {
    return fail(
      FAILURES.configuration,
      'the docker command line with its compose plugin is not on this host. Install it.',
    );
  }
  if (error.status === LOCK_BUSY_STATUS) {
    return fail(FAILURES.busy, 'an earlier command of ours still works on this stack.', BUSY_RETRY_MS);
  }
  if (/cannot connect to the docker daemon|error during connect/i.test(output)) {
    return fail(FAILURES.engineUnavailable, 'the Docker Engine does not answer. Start it: systemctl start docker');
  }
  if (/no space left on device/i.test(output)) {
    return fail(FAILURES.diskFull, 'there is no room left on the disk. Free space on it.');
  }
  if (error.status === LIMIT_STATUS || error.reason === 'timed out') {
    return fail(options.otherwise, `it did not end in time${tailOf(withoutProgress(output))}`);
  }
  return fail(options.otherwise, `it ended with ${describeEnd(error)}${tailOf(withoutProgress(output))}`);
}

const describeEnd = (error: CommandFailed): string => (error.status === null ? 'a signal' : `status ${error.status}`);

/** What Compose writes of each container on its way (`Container web-1  Created`); one that failed says `Error`. */
const PROGRESS = /^\s*(?:Container|Network|Volume|Image)\s\S+\s+(?!Error)[A-Z][a-z]+\s*$/;

/** The same text when it holds nothing else. */
function withoutProgress(output: string): string {
  const told = output.split('\n').filter((line) => !PROGRESS.test(line));
  return told.some((line) => line.trim() !== '') ? told.join('\n') : output;
}
