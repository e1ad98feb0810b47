import { describe, expect, it } from 'vitest';
import { explainMoveFailure } from '../../../../activities/git/move-failure.js';
import { FAILURES } from '../../../../activities/shared/failures.js';
import { LIMIT_STATUS } from '../../../../activities/shared/guarded.js';
import { CommandFailed } from '../../../../activities/shared/run-command.js';

const failed = (stderr: string, status = 128) =>
  new CommandFailed({ file: 'git', args: ['merge'] }, status, 'status', '', stderr, `ended with status ${status}`);

describe('activities/git/move-failure', () => {
  it.each([
    ['error: unable to write file a: No space left on device', FAILURES.diskFull],
    ["fatal: Unable to create '/srv/x/.git/index.lock': File exists.", FAILURES.busy],
    ['error: The following untracked working tree files would be overwritten by merge:\n\ta', FAILURES.blocked],
    ["error: Entry 'a' not uptodate. Cannot merge.", FAILURES.blocked],
    ['fatal: Not possible to fast-forward, aborting.', FAILURES.blocked],
  ])('%s', (stderr, type) => {
    const error = explainMoveFailure('/srv/x', failed(stderr));
    expect(error).toMatchObject({ type });
    expect(error.message).toContain('/srv/x');
    expect(error.message).toContain(stderr.split('\n').at(-1));
  });

  it('what is not known stays as it is, and a limit is named', () => {
    const unknown = failed('fatal: something else');
    expect(explainMoveFailure('/srv/x', unknown)).toBe(unknown);
    expect(explainMoveFailure('/srv/x', failed('', LIMIT_STATUS)).message).toContain('did not finish');
  });
});
