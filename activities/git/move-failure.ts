/** What follows from git's refusal to move a checkout. Pure. */
import { FAILURES, StepFailure } from '../shared/failures.js';
import { LIMIT_STATUS } from '../shared/guarded.js';
import { tailOf, type CommandFailed } from '../shared/run-command.js';

export function explainMoveFailure(dir: string, error: CommandFailed): Error {
  const { stderr } = error;
  const fail = (type: StepFailure['type'], message: string) =>
    new StepFailure(type, `${dir}: ${message}${tailOf(stderr)}`, undefined, { cause: error });
  if (/No space left on device|Disk quota exceeded/.test(stderr)) {
    return fail(FAILURES.diskFull, 'no room to write the files of the new commit. Make room; it is finished then');
  }
  if (/\.lock': File exists/.test(stderr)) {
    return fail(FAILURES.busy, 'another git command works here; it is tried again');
  }
  if (/would be overwritten|not uptodate|unmerged|Not possible to fast-forward|Diverging branches/.test(stderr)) {
    return fail(
      FAILURES.blocked,
      'git refuses to move it over what lies there. Put that aside; it continues by itself',
    );
  }
  if (error.status === LIMIT_STATUS) return new Error(`${dir}: git did not finish within its limit`, { cause: error });
  return error;
}
