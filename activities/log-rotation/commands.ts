/** The programs that a rotation runs. Pure. */
import { guarded, LOCK_BUSY_STATUS } from '../shared/guarded.js';
import type { Command } from '../shared/run-command.js';

/** A run that is killed lets go at once. */
const LOCK_WAIT_SECONDS = 5;
/** Taking blocks off waits for what is not written to disk yet. */
export const CUT_WAIT_SECONDS = 120;
const CUT_LIMIT_SECONDS = 600;

/** Holds the lock for as long as its standard input is open, and echoes what it reads once it has it. */
export const holdLockCommand = (lock: string): Command => ({
  file: 'flock',
  args: ['--conflict-exit-code', String(LOCK_BUSY_STATUS), '--timeout', String(LOCK_WAIT_SECONDS), lock, 'cat'],
});

/** Takes whole blocks off the front of a file, in one step for everybody who reads or appends. */
export const collapseCommand = (length: number, path: string): Command => ({
  file: 'fallocate',
  args: ['--collapse-range', '--offset', '0', '--length', String(length), path],
});

/** It may survive a worker that is killed: the lock tells when it has ended. */
export const guardedCollapseCommand = (length: number, path: string, lock: string): Command =>
  guarded(collapseCommand(length, path), {
    lock,
    waitSeconds: CUT_WAIT_SECONDS,
    limitSeconds: CUT_LIMIT_SECONDS,
  });

/** Ends when no command of a worker that was killed works behind the lock. */
export const awaitCollapseCommand = (lock: string): Command =>
  guarded({ file: 'true', args: [] }, { lock, waitSeconds: CUT_LIMIT_SECONDS, limitSeconds: CUT_LIMIT_SECONDS });

/** The file system, or this file on it, does not take blocks off (EOPNOTSUPP), or not such blocks (EINVAL). */
export const isUnsupported = (output: string): boolean =>
  /Operation not supported|Invalid argument|keep size mode|unrecognized option|Function not implemented/i.test(output);

/** Exit status of logrotate when another one works with this state file. */
export const STATE_LOCKED_STATUS = 3;

export const logrotateCommand = (stateFile: string, file: string): Command => ({
  file: 'logrotate',
  args: ['--verbose', '--state', stateFile, file],
});
