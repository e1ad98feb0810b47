/** Programs of a data job, as all of its runs start them. */
import { guarded } from '../shared/guarded.js';
import type { Redact } from '../shared/redact.js';
import { CommandFailed, runCommand, type Command } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import { shortLine } from '../../workflows/one-line.js';

export interface Surrounding {
  readonly step: Step;
  readonly redact: Redact;
  /** Held by every program while it runs, also when the worker is gone. */
  readonly lock: string;
}

export interface Run {
  /** Lines of both streams, as they came. */
  readonly output: string;
  /** Why it failed, in a sentence; undefined when it did not. */
  readonly problem: string | undefined;
}

/** Only a program of another job with this clone can hold the lock here. */
const LOCK_WAIT_SECONDS = 600;
/** The guard's limit is for the case that the worker is gone. */
const GUARD_EXTRA_SECONDS = 30;
const TAIL_LINES = 5;
const TAIL_LINE_CHARACTERS = 300;

/** A program that fails is a result. Throws the reason of the signal when the step is cancelled. */
export async function run(
  command: Command,
  options: { cwd: string; env: Record<string, string>; limitSeconds: number },
  { step, redact, lock }: Surrounding,
): Promise<Run> {
  const guard = { lock, waitSeconds: LOCK_WAIT_SECONDS, limitSeconds: options.limitSeconds + GUARD_EXTRA_SECONDS };
  const lines: string[] = [];
  let problem: string | undefined;
  try {
    await runCommand(guarded(command, guard), {
      cwd: options.cwd,
      env: options.env,
      signal: step.signal,
      timeoutMs: options.limitSeconds * 1000,
      // In upstream's container, too, nothing outlives the script.
      leavesNothing: true,
      onLine: (line) => {
        lines.push(line);
        step.log.output(redact(line));
      },
    });
  } catch (error) {
    step.signal.throwIfAborted();
    if (!(error instanceof CommandFailed)) throw error;
    problem = `${howItEnded(error, options.limitSeconds)}${tail(lines, redact)}`;
  }
  return { output: lines.join('\n'), problem };
}

function howItEnded({ reason, status }: CommandFailed, limitSeconds: number): string {
  if (reason === 'timed out') return `did not end within ${limitSeconds} s and was ended`;
  if (reason === 'not started') return 'could not be started: is flock (util-linux) installed?';
  return `ended with status ${status ?? '(a signal)'}`;
}

/** Redacted before it is cut: a part of a secret would not be known as one. */
function tail(lines: readonly string[], redact: Redact): string {
  const last = lines.filter((line) => line.trim() !== '').slice(-TAIL_LINES);
  return last.length === 0 ? '' : `: ${last.map((line) => shortLine(redact(line), TAIL_LINE_CHARACTERS)).join(' | ')}`;
}
