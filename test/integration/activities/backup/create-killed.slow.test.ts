import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBackup } from '../../../../activities/backup/create.js';
import { startWhatWasStopped } from '../../../../activities/backup/stopped.js';
import type { Declaration } from '../../../../activities/backup/types.js';
import type { Compiled } from '../../../support/compiled.js';
import { createDatabaseImage, type DatabaseImage } from '../../../support/database-image.js';
import { until } from '../compose/sample.js';
import { compileRuns, startApart } from './run-apart.js';
import { BackupWorld, emptyRepository } from './world.js';

describe('activities/backup/create', () => {
  let image: DatabaseImage;
  let repository: string;
  let compiled: Compiled;
  let world: BackupWorld;
  let web: string;
  beforeAll(async () => {
    [image, repository, compiled] = await Promise.all([createDatabaseImage(), emptyRepository(), compileRuns()]);
  });
  afterAll(async () => {
    await image?.remove();
    await compiled?.remove();
    await rm(repository, { recursive: true, force: true });
  });
  beforeEach(async () => {
    world = await BackupWorld.create(repository);
    web = await world.container('web', image.tag, [], ['sleep', '3600']);
  });
  afterEach(() => world.remove());

  const sqlite: Declaration = {
    component: 'hub',
    application: [{ kind: 'dump', database: 'sqlite', container: 'db', file: '/tmp/hub.sqlite', stop: ['web'] }],
  };
  /** The dump of a database that somebody writes to has to wait. */
  const lockDatabase = async () => {
    await world.container('db', image.tag, [], ['sleep', '3600']);
    await world.exec('db', 'sqlite3', '/tmp/hub.sqlite', 'create table users (n int)');
    const hold =
      'touch /tmp/held; (echo "begin exclusive;"; while [ -e /tmp/held ]; do sleep 0.1; done) | sqlite3 /tmp/hub.sqlite';
    await world.docker('exec', '--detach', `${world.project}-db`, 'sh', '-c', hold);
    await until('the database is locked', async () =>
      world.exec('db', 'sqlite3', '/tmp/hub.sqlite', 'select * from users').then(
        () => false,
        () => true,
      ),
    );
  };

  it('killed while a container is stopped: whoever comes next starts it, and the next backup is whole', async () => {
    await lockDatabase();
    const { child, ended } = startApart(compiled, 'createBackup', world, { declarations: [sqlite] });
    await until('it is stopped', async () => !(await world.isRunning(web)));
    child.kill('SIGKILL');
    await ended;
    expect(await world.isRunning(web)).toBe(false);

    const { engine, root } = world;
    const request = { directory: join(root, 'state'), engine, log: world.step().log };
    expect(await startWhatWasStopped(request)).toEqual([web]);
    expect(await world.isRunning(web)).toBe(true);
    expect(await startWhatWasStopped(request)).toEqual([]);
    expect(await world.snapshots()).toEqual([]);

    await world.exec('db', 'rm', '/tmp/held');
    await createBackup(world.request({ declarations: [sqlite] }), world.step());
    expect(await world.tags()).toEqual([expect.arrayContaining(['complete'])]);
    expect(await world.leftInState()).toEqual([]);
  });

  it('cancelled while a container is stopped: it is started, and there is no snapshot', async () => {
    await lockDatabase();
    const controller = new AbortController();
    const running = createBackup(world.request({ declarations: [sqlite] }), world.step(controller.signal));
    const failed = expect(running).rejects.toThrow('cancelled');
    await until('it is stopped', async () => !(await world.isRunning(web)));
    controller.abort(new Error('cancelled'));
    await failed;
    expect(await world.isRunning(web)).toBe(true);
    expect(await world.snapshots()).toEqual([]);
    expect(await world.leftInState()).toEqual([]);
  });
});
