import { spawn } from 'node:child_process';
import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBackup } from '../../../../activities/backup/create.js';
import { until } from '../compose/sample.js';
import { BackupWorld, emptyRepository, PASSWORD } from './world.js';

describe('activities/backup/repository', () => {
  let repository: string;
  let world: BackupWorld;
  beforeAll(async () => {
    repository = await emptyRepository();
  });
  afterAll(() => rm(repository, { recursive: true, force: true }));
  beforeEach(async () => {
    world = await BackupWorld.create(repository);
    await writeFile(join(world.root, 'stack/file'), 'x');
  });
  afterEach(() => world.remove());

  it('another restic that has locked the repository is waited for', async () => {
    const env = {
      ...process.env,
      RESTIC_REPOSITORY: join(world.root, 'repository'),
      RESTIC_PASSWORD: PASSWORD,
      RESTIC_CACHE_DIR: join(world.root, 'cache-2'),
    };
    const locks = () => readdir(join(world.root, 'repository/locks'));
    // Stopped while it holds the lock; a process that lives keeps it.
    const script =
      'restic prune --quiet & pid=$!; until ls "$1" | grep -qv tmp; do :; done; kill -STOP $pid; sleep 8; kill -CONT $pid; wait $pid';
    const other = spawn('sh', ['-c', script, 'sh', join(world.root, 'repository/locks')], { env, stdio: 'ignore' });
    const ended = new Promise<number | null>((resolve) => other.once('exit', resolve));
    await until('it is locked', async () => (await locks()).some((name) => !name.includes('tmp')));
    const declarations = [{ component: 'a', application: [{ kind: 'path', path: 'file' } as const] }];
    await createBackup(world.request({ declarations }), world.step());
    expect(await ended).toBe(0);
    expect(world.told.join('\n')).toContain('Another restic works on the repository');
    expect(await world.tags()).toEqual([expect.arrayContaining(['complete'])]);
  });
});
