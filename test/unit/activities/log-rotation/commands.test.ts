import { describe, expect, it } from 'vitest';
import * as commands from '../../../../activities/log-rotation/commands.js';

describe('activities/log-rotation/commands', () => {
  it('blocks are taken off the front, behind a lock that outlives the worker', () => {
    const { file, args } = commands.guardedCollapseCommand(8192, '/proc/7/fd/20', '/state/cut.lock');
    expect([file, ...args].join(' ')).toBe(
      'flock --close --conflict-exit-code 75 --timeout 120 /state/cut.lock timeout --foreground --kill-after=10 600 fallocate --collapse-range --offset 0 --length 8192 /proc/7/fd/20',
    );
  });

  it('the lock of a directory is held while its input is open', () => {
    const { file, args } = commands.holdLockCommand('/var/log/PAVICS');
    expect([file, ...args].join(' ')).toBe('flock --conflict-exit-code 75 --timeout 5 /var/log/PAVICS cat');
  });

  it('logrotate tells what it does and keeps its state where we say', () => {
    expect(commands.logrotateCommand('/state/status', '/state/file').args).toEqual([
      '--verbose',
      '--state',
      '/state/status',
      '/state/file',
    ]);
  });

  it.each([
    ['fallocate: fallocate failed: Operation not supported\n', true],
    ['fallocate: fallocate failed: Invalid argument\n', true],
    ["fallocate: unrecognized option '--collapse-range'\n", true],
    ['fallocate: fallocate failed: No space left on device\n', false],
    ['fallocate: cannot open /proc/7/fd/20: Permission denied\n', false],
  ])('%j: unsupported is %s', (output, is) => {
    expect(commands.isUnsupported(output)).toBe(is);
  });
});
