import { describe, expect, it } from 'vitest';
import { composeFailure } from '../../../../activities/compose/failures.js';
import { CommandFailed } from '../../../../activities/shared/run-command.js';

const translate = (status: number | null, stderr: string, reason: CommandFailed['reason'] = 'status') =>
  composeFailure(new CommandFailed({ file: 'docker', args: [] }, status, reason, '', stderr, 'ended'), 'recreate web', {
    redact: (text) => text.replaceAll('hunter2', '***'),
    otherwise: 'ApplyFailed',
  });

describe('activities/compose/failures', () => {
  it.each([
    [75, '', 'status', 'Busy'],
    [124, 'x', 'status', 'ApplyFailed'],
    [1, 'Cannot connect to the Docker daemon at unix:///x', 'status', 'EngineUnavailable'],
    [1, 'mkdir: no space left on device', 'status', 'DiskFull'],
    [1, 'port is already allocated', 'status', 'ApplyFailed'],
    [null, '', 'not started', 'Configuration'],
    [null, '', 'timed out', 'ApplyFailed'],
  ] as const)('status %s with %o (%s) is %s', (status, stderr, reason, type) => {
    expect(translate(status, stderr, reason)).toMatchObject({ type });
  });

  it('keeps the last lines and takes secrets out of them', () => {
    const { message } = translate(1, 'first\npassword hunter2 refused');
    expect(message).toBe('Compose could not recreate web: it ended with status 1:\nfirst\npassword *** refused');
  });

  it('leaves out how far Compose came with each container, unless that is all there is', () => {
    const way = ' Network p_default  Created\n Container web-1  Recreate\n Container db-1  Error\n';
    const { message } = translate(1, `${way}Error response from daemon: mkdir: read-only file system\n`);
    expect(message.split('\n').slice(1)).toEqual([
      ' Container db-1  Error',
      'Error response from daemon: mkdir: read-only file system',
    ]);
    expect(translate(1, ' Container web-1  Starting').message).toContain('web-1  Starting');
  });

  it('passes on what is no failure of a command', () => {
    const error = new Error('x');
    expect(composeFailure(error, 'y', { redact: (text) => text, otherwise: 'ApplyFailed' })).toBe(error);
  });
});
