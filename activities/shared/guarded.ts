/** Commands that outlive whoever started them, and are waited for by the next one. Pure. */
import { describeCommand, type Command } from './run-command.js';

/**
 * Puts a command that changes a checkout or the stack behind a lock and a limit that survive the worker: when the
 * worker is killed the command runs on, keeps the lock, and ends by itself. `--close`: a daemonised grandchild must not
 * keep the lock. `--foreground`: one process group, so that a cancellation reaches all of it.
 */
export function guarded(command: Command, guard: { lock: string; waitSeconds: number; limitSeconds: number }): Command {
  return {
    file: 'flock',
    args: [
      '--close',
      '--conflict-exit-code',
      String(LOCK_BUSY_STATUS),
      '--timeout',
      String(guard.waitSeconds),
      guard.lock,
      'timeout',
      '--foreground',
      '--kill-after=10',
      String(guard.limitSeconds),
      command.file,
      ...command.args,
    ],
    shownAs: describeCommand(command),
  };
}

/** Exit status of a guarded command whose lock stayed taken. */
export const LOCK_BUSY_STATUS = 75;
/** Exit status of a guarded command that passed its limit. */
export const LIMIT_STATUS = 124;
