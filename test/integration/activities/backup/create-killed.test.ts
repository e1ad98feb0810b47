import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBackup } from '../../../../activities/backup/create.js';
import { restoreStack } from '../../../../activities/backup/restore.js';
import { startWhatWasStopped } from '../../../../activities/backup/stopped.js';
import type { Declaration } from '../../../../activities/backup/types.js';
import { compileProduct, type Compiled } from '../../../support/compiled.js';
import { createDatabaseImage, type DatabaseImage } from '../../../support/database-image.js';
import { until } from '../compose/sample.js';
import { BackupWorld, emptyRepository } from './world.js';

/** `node SCRIPT DIRECTORY FUNCTION REQUEST PROJECT`: one run in a process of its own. */
const SCRIPT = `
const [, , dir, name, request, project] = process.argv;
const file = name === 'createBackup' ? 'create' : 'restore';
const run = (await import(dir + '/activities/backup/' + file + '.js'))[name];
const { createBackupEngine } = await import(dir + '/activities/docker/backup-engine.js');
const { localStep } = await import(dir + '/activities/shared/step.js');
await run({ ...JSON.parse(request), engine: createBackupEngine({ project }), mountPointOf: async () => undefined }, localStep());
`;

describe('activities/backup/create', () => {
  let image: DatabaseImage;
  let repository: string;
  let compiled: Compiled;
  let world: BackupWorld;
  let web: string;
  beforeAll(async () => {
    [image, repository, compiled] = await Promise.all([createDatabaseImage(), emptyRepository(), compileProduct()]);
    await writeFile(join(compiled.dir, 'run.mjs'), SCRIPT);
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
  const start = (name: string, request: object) => {
    const { engine: _engine, mountPointOf: _places, ...plain } = world.request(request);
    const args = [join(compiled.dir, 'run.mjs'), compiled.dir, name, JSON.stringify(plain), world.project];
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'ignore', 'inherit'] });
    const ended = new Promise<number | null>((resolve) => child.once('exit', resolve));
    return { child, ended };
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
    const { child, ended } = start('createBackup', { declarations: [sqlite] });
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

  it('a restore that is killed again and again ends, once it may, with everything back', async () => {
    await world.database(image.tag);
    await world.sql('create table seen as select n from generate_series(1, 300000) n');
    await writeFile(join(world.root, 'stack/file'), 'precious');
    const declarations: Declaration[] = [
      { component: 'magpie', application: [{ kind: 'dump', database: 'postgres', container: 'db', stop: ['web'] }] },
      { component: 'hub', application: [{ kind: 'path', path: 'file' }] },
    ];
    await createBackup(world.request({ declarations }), world.step());
    await world.sql('drop table seen; create table later (n int)');
    await writeFile(join(world.root, 'stack/file'), 'since');

    const restore = { wanted: 'latest', selection: { application: '*' }, protectedPaths: [] } as const;
    const begun = () => existsSync(join(world.root, 'state/restore.json'));
    for (const delay of [0, 100, 400]) {
      await startWhatWasStopped({ directory: join(world.root, 'state'), engine: world.engine, log: world.step().log });
      const { child, ended } = start('restoreStack', restore);
      await until('it overwrites', async () => begun() && !(await world.isRunning(web)));
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill('SIGKILL');
      await ended;
    }
    await restoreStack({ ...world.request(), ...restore }, world.step());
    expect(await world.sql('select count(*) from seen')).toBe('300000');
    expect(
      await world.sql("select string_agg(datname, ',' order by datname) from pg_database where not datistemplate"),
    ).toBe('birds,postgres');
    expect(await world.isRunning(web)).toBe(true);
    // What there was before the first of them, not the half of a later one.
    const saved = (await world.snapshots()).find(({ tags }) => tags?.some((tag) => tag.startsWith('before-restore')));
    await restoreStack({ ...world.request(), ...restore, wanted: { id: saved?.short_id ?? '' } }, world.step());
    expect(await world.sql('select count(*) from later')).toBe('0');
  });
});
