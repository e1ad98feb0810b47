import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { readResticAccess } from '../../../../activities/backup/restic-env.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { createBackup } from '../../../../activities/backup/create.js';
import { BackupWorld, PASSWORD } from './world.js';

describe('activities/backup/restic-env', () => {
  let root: string;
  let file: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'bk-test-restic-env-'));
    file = join(root, 'restic.env');
  });
  afterEach(() => rm(root, { recursive: true, force: true }));
  const read = async (text: string) => {
    await writeFile(file, text);
    return readResticAccess({ file, environment: { PATH: process.env['PATH'] ?? '', HOME: root }, cacheDir: '/cache' });
  };

  it('restic is given what the file says', async () => {
    const world = await BackupWorld.create();
    try {
      await writeFile(join(root, 'where'), `${join(root, 'repository')}\n`);
      await writeFile(join(root, 'password'), PASSWORD);
      const lines = [
        `RESTIC_REPOSITORY_FILE=${root}/where`,
        `RESTIC_PASSWORD_FILE=${root}/password`,
        'RESTIC_PASSWORD_COMMAND=false',
      ];
      const { access, warnings } = await read(lines.join('\n'));
      expect(warnings).toEqual([`${file}: RESTIC_PASSWORD_COMMAND is ignored: name a file instead`]);
      const { passwordFile: _none, ...request } = world.request();
      const declarations = [{ component: 'a', application: [{ kind: 'path', path: '.' } as const] }];
      const made = await createBackup(
        { ...request, ...access, cacheDir: join(root, 'cache'), declarations },
        world.step(),
      );
      expect(made.snapshot).toMatch(/^[0-9a-f]{8}$/);
    } finally {
      await world.remove();
    }
  });

  it('a repository in the file wins, and so does its cache', async () => {
    const { access } = await read(
      'RESTIC_REPOSITORY=/a\nRESTIC_PASSWORD=s3cret\nRESTIC_CACHE_DIR=/own\nAWS_ACCESS_KEY_ID=k',
    );
    expect(access).toMatchObject({
      repository: '/a',
      cacheDir: '/own',
      environment: { RESTIC_PASSWORD: 's3cret', AWS_ACCESS_KEY_ID: 'k' },
    });
  });

  it.each([
    ['RESTIC_REPOSITORY=/a', /neither RESTIC_PASSWORD_FILE nor RESTIC_PASSWORD/],
    ['RESTIC_PASSWORD=s3cret', /it names no RESTIC_REPOSITORY/],
    ['RESTIC_REPOSITORY=/a\nRESTIC_PASSWORD_FILE=/no/such', /the file of RESTIC_PASSWORD_FILE cannot be read \(ENOENT/],
    ['RESTIC_REPOSITORY=/a\nRESTIC_PASSWORD=s3cret\nRESTIC_CACERT=/no/such', /the file of RESTIC_CACERT/],
    ['a b=s3cret', /line 1 has no name/],
  ])('%j is a wrong setting, and no value is repeated', async (text, message) => {
    const failed = read(text);
    await expect(failed).rejects.toMatchObject({ type: FAILURES.configuration });
    await expect(failed).rejects.toThrow(message);
    await expect(failed).rejects.not.toThrow(/s3cret/);
  });

  it('a file that is not seen from the container is told as such', async () => {
    await writeFile(file, 'RESTIC_REPOSITORY=/a\nRESTIC_PASSWORD_FILE=/no/such');
    const hidden = (path: string) => `${path} is hidden`;
    await expect(readResticAccess({ file, environment: {}, cacheDir: '/c', hidden })).rejects.toThrow(
      /the file of RESTIC_PASSWORD_FILE cannot be read \(\/no\/such is hidden\)/,
    );
  });

  it('a file that is not there is named', async () => {
    const failed = readResticAccess({ file: '/no/restic.env', environment: {}, cacheDir: '/c' });
    await expect(failed).rejects.toMatchObject({ type: FAILURES.configuration });
  });
});
