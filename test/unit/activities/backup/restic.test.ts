import { describe, expect, it } from 'vitest';
import * as restic from '../../../../activities/backup/restic.js';

const access = { repository: '/backup', cacheDir: '/cache', environment: { PATH: '/bin' } };

describe('activities/backup/restic', () => {
  const what = { stack: 'birds', host: 'h1', release: 7, paths: ['/data', '-x'] };

  it.each([
    ['/mnt/birds', '/mnt/birds'],
    ['local:/mnt/birds', '/mnt/birds'],
    ['sftp:host:/birds', undefined],
    ['s3:https://example.org/birds', undefined],
    ['', undefined],
  ])('the directory of the repository %j is %j', (repository, directory) => {
    expect(restic.localRepository(repository)).toBe(directory);
  });

  it('a snapshot has release, stack and host, and paths that begin with a dash are paths', () => {
    expect(restic.backupCommand(what)).toEqual({
      file: 'restic',
      args: 'backup --json --tag release=7 --tag stack=birds --host h1 -- /data -x'.split(' '),
    });
  });

  it('a stack without a recorded release has no such tag', () => {
    expect(restic.backupCommand({ ...what, release: null }).args.join(' ')).not.toContain('release');
  });

  it('release 0, an adopted stack, is a release', () => {
    expect(restic.backupCommand({ ...what, release: 0 }).args).toContain('release=0');
  });

  it('address and password are in the environment, on no command line', () => {
    expect(restic.resticEnvironment({ ...access, passwordFile: '/pw' })).toMatchObject({
      PATH: '/bin',
      RESTIC_REPOSITORY: '/backup',
      RESTIC_PASSWORD_FILE: '/pw',
      RESTIC_CACHE_DIR: '/cache',
    });
    const commands = [restic.lookCommand, restic.initCommand, restic.unlockCommand, restic.backupCommand(what)];
    expect(commands.flatMap(({ args }) => args).join(' ')).not.toMatch(/backup .*\/backup|pass/i);
  });

  it('a password in the environment is used, a command that tells one is not run', () => {
    const environment = {
      PATH: '/bin',
      RESTIC_PASSWORD: 'abcd',
      RESTIC_PASSWORD_COMMAND: 'touch x',
      RESTIC_REPOSITORY_FILE: '/elsewhere',
    };
    const told = restic.resticEnvironment({ ...access, environment });
    expect(told['RESTIC_PASSWORD']).toBe('abcd');
    expect(told).not.toHaveProperty('RESTIC_PASSWORD_COMMAND');
    expect(told).not.toHaveProperty('RESTIC_REPOSITORY_FILE');
    expect(told).not.toHaveProperty('RESTIC_PASSWORD_FILE');
  });

  const summary = '{"message_type":"summary","files_new":1,"data_added":1757,"snapshot_id":"82b00791"}';
  const status = '{"message_type":"status","percent_done":0.25,"total_files":1}';

  it('reads the summary among status lines, plain lines and message types of later versions', () => {
    expect(restic.readSummary(`${status}\nsome words\n{"message_type":"new"}\n{cut\n${summary}\n`)).toEqual({
      snapshot: '82b00791',
      bytesAdded: 1757,
    });
    expect(restic.readSummary(`${status}\n{"message_type":"summary"}\n`)).toBeUndefined();
    expect(restic.readSummary('')).toBeUndefined();
  });

  it('reads progress from status lines only', () => {
    expect(restic.readProgress(status)).toBe(0.25);
    expect(restic.readProgress(summary)).toBeUndefined();
    expect(restic.readProgress('25%')).toBeUndefined();
  });

  it('names each unreadable file once', () => {
    const error = (item: string) => JSON.stringify({ message_type: 'error', error: {}, during: 'archival', item });
    expect(restic.readUnreadable(`${error('/a')}\n${error('/b')}\n${error('/a')}\nWarning: x\n`)).toEqual(['/a', '/b']);
  });

  it.each([
    [
      1,
      'Fatal: unable to open config file: stat /b/config: no such file or directory\nIs there a repository at …',
      true,
    ],
    [10, '', true],
    [1, 'Fatal: wrong password or no key found', false],
    [12, '', false],
  ])('status %i with %j tells whether there is no repository: %s', (code, stderr, none) => {
    expect(restic.isNoRepository(code, stderr)).toBe(none);
  });

  it.each([
    [1, 'Fatal: wrong password or no key found', 'Unauthorised'],
    [12, '', 'Unauthorised'],
    [1, 'Resolving password failed: Fatal: /pw does not exist', 'Configuration'],
    [1, 'Fatal: an empty password is not a password', 'Configuration'],
    [1, 'unable to create lock in backend: repository is already locked exclusively by PID 1', 'Busy'],
    [11, '', 'Busy'],
    [1, 'write /b/tmp: no space left on device', 'DiskFull'],
    [1, 'dial tcp 127.0.0.1:9: connect: connection refused', 'RemoteUnavailable'],
    [1, 'subprocess ssh: bk@host: Permission denied (publickey).', 'Unauthorised'],
    [1, 'subprocess ssh: Host key verification failed.', 'Unauthorised'],
    [
      1,
      'Fatal: unable to open repository at sftp:u@h:/x: unable to start the sftp session, error: EOF',
      'RemoteUnavailable',
    ],
    [1, 'Fatal: unable to save snapshot: open /b/tmp: permission denied', 'ApplyFailed'],
    [1, 'Fatal: repository contains errors', 'ApplyFailed'],
    [null, '', 'ApplyFailed'],
  ])('status %s with %j is %s', (code, stderr, type) => {
    const explained = restic.explainFailure(code, stderr);
    expect(explained.type).toBe(type);
    expect(explained.advice).toMatch(/\S/);
  });
});
