import { describe, expect, it } from 'vitest';
import { cliCandidates, parseVersion, startDevCommand } from '../../../worker/embedded-server-cli.js';

describe('worker/embedded-server-cli', () => {
  it('looks on PATH and then in our cache; a setting stands alone', () => {
    const where = { path: '/usr/bin:relative::/bin', cacheDirectory: '/home/ada/.cache/birdkeeper' };
    expect(cliCandidates({ ...where, setting: undefined })).toEqual([
      '/usr/bin/temporal',
      '/bin/temporal',
      '/home/ada/.cache/birdkeeper/bin/temporal',
    ]);
    expect(cliCandidates({ ...where, setting: '/opt/temporal' })).toEqual(['/opt/temporal']);
  });

  it('reads the version of the server inside, and nothing out of another program', () => {
    expect(parseVersion('temporal version 0.0.0-DEV (Server 1.29.1, UI 2.42.1)\n')).toEqual({
      cliVersion: '0.0.0-DEV',
      serverVersion: '1.29.1',
    });
    expect(parseVersion('temporal version 1.8.2 (Server 1.31.2-152.0, UI 2.50.1)')?.serverVersion).toBe('1.31.2-152.0');
    expect(parseVersion('tctl version 1.18')).toBeUndefined();
    expect(parseVersion('temporal version 1 (Server ../../etc, UI 1)')).toBeUndefined();
  });

  it('starts the server on loopback with its state in one file', () => {
    const { file, args } = startDevCommand('/bin/temporal', '/s/1.29.1.db', { port: 7233, uiPort: 8233 });
    expect([file, ...args].join(' ')).toBe(
      '/bin/temporal server start-dev --db-filename /s/1.29.1.db --sqlite-pragma journal_mode=wal --sqlite-pragma synchronous=full --dynamic-config-value worker.perNamespaceWorkerOptions={"MaxConcurrentWorkflowTaskPollers":100} --ip 127.0.0.1 --port 7233 --ui-port 8233 --log-level warn',
    );
  });
});
