import { describe, expect, it } from 'vitest';
import { guarded, LOCK_BUSY_STATUS } from '../../../../activities/shared/guarded.js';
import { CommandFailed, describeCommand, tailOf } from '../../../../activities/shared/run-command.js';

describe('activities/shared/run-command', () => {
  const merge = { file: 'git', args: ['merge', '--ff-only', 'abc'] };

  it('a guarded command waits for the lock, has a limit and keeps its own arguments', () => {
    const { file, args } = guarded(merge, { lock: '/state/lock', waitSeconds: 5, limitSeconds: 60 });
    expect([file, ...args].join(' ')).toBe(
      `flock --close --conflict-exit-code ${LOCK_BUSY_STATUS} --timeout 5 /state/lock ` +
        'timeout --foreground --kill-after=10 60 git merge --ff-only abc',
    );
  });

  it('a guarded command is called by the name of what it guards', () => {
    const command = guarded(merge, { lock: '/state/lock', waitSeconds: 5, limitSeconds: 60 });
    expect(describeCommand(command)).toBe('git merge --ff-only abc');
  });

  it('settings before a subcommand of git do not hide it', () => {
    const args = ['-c', 'gc.auto=0', '-c', 'core.hooksPath=/dev/null', ...merge.args];
    expect(describeCommand({ file: 'git', args })).toBe('git merge --ff-only abc');
    expect(describeCommand({ file: 'sh', args: ['-c', 'A=1 env'] })).toBe('sh -c A=1 env');
  });

  it('a description is short', () => {
    expect(describeCommand({ file: 'git', args: Array.from({ length: 20 }, () => 'x') })).toBe('git x x x x x x x');
    expect(describeCommand({ file: 'git', args: ['y'.repeat(999)] })).toHaveLength(200);
  });

  it('a tail is the last lines, or nothing', () => {
    expect(tailOf('a\nb\nc\n', 2)).toBe(':\nb\nc');
    expect(tailOf('\n')).toBe('');
  });

  it('a failure shows the command and the end of its error output, else of its output', () => {
    const failure = (stdout: string, stderr: string) =>
      new CommandFailed(merge, 1, 'status', stdout, stderr, 'ended with status 1').message;
    expect(failure('out\n', 'err\n')).toBe('git merge --ff-only abc ended with status 1:\nerr');
    expect(failure('out\n', '')).toBe('git merge --ff-only abc ended with status 1:\nout');
    expect(failure('', '')).toBe('git merge --ff-only abc ended with status 1');
  });
});
