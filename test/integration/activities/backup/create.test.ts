import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBackup, type CreateBackupRequest } from '../../../../activities/backup/create.js';
import type { Part } from '../../../../activities/backup/types.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { createDatabaseImage, DATABASE_PASSWORD, type DatabaseImage } from '../../../support/database-image.js';
import { BackupWorld, emptyRepository } from './world.js';

describe('activities/backup/create', () => {
  let image: DatabaseImage;
  let repository: string;
  let world: BackupWorld;
  beforeAll(async () => {
    [image, repository] = await Promise.all([createDatabaseImage(), emptyRepository()]);
  });
  afterAll(async () => {
    await image?.remove();
    await rm(repository, { recursive: true, force: true });
  });
  beforeEach(async () => {
    world = await BackupWorld.create(repository);
  });
  afterEach(() => world.remove());

  const postgres: Part = { kind: 'dump', database: 'postgres', container: 'db', stop: ['web'] };
  const make = (application: Part[], changes: Partial<CreateBackupRequest> = {}, signal?: AbortSignal) =>
    createBackup(
      world.request({ declarations: [{ component: 'magpie', application }], ...changes }),
      world.step(signal),
    );

  it('dumps, paths and volumes are one complete snapshot with a manifest, and what was stopped runs again', async () => {
    await world.database(image.tag);
    await world.sql('create table seen as select 42 as birds');
    const volume = await world.volume('data');
    await world.container('web', image.tag, ['--volume', `${volume}:/data`, '--user', '0'], ['sleep', '3600']);
    const idle = await world.container('idle', image.tag, [], ['true']);
    await world.exec('web', 'sqlite3', '/data/hub.sqlite', 'create table users as select 7 as n');
    await mkdir(join(world.root, 'stack/data'));
    await writeFile(join(world.root, 'stack/data/file'), 'precious');
    const before = await world.startedAt(`${world.project}-web`);

    const made = await make([
      postgres,
      { kind: 'dump', database: 'sqlite', container: 'web', file: '/data/hub.sqlite' },
      { kind: 'path', path: 'data' },
      { kind: 'volume', volume, stop: ['web', 'idle'] },
    ]);
    expect(made).toMatchObject({
      release: 7,
      stopped: [`${world.project}-web`],
      parts: expect.any(Array) as string[],
    });
    const [snapshot, ...others] = await world.snapshots();
    expect(others).toEqual([]);
    expect(snapshot).toMatchObject({ hostname: 'host-1', short_id: made.snapshot });
    expect(await world.tags()).toEqual([
      ['complete', 'release=7', 'selection=application:*', `stack=${world.project}`],
    ]);
    const out = join(world.root, 'out');
    await world.restic('restore', made.snapshot, '--target', out);
    const scratch = join(out, world.root, 'state/birdkeeper-backup');
    const manifest = JSON.parse(await readFile(join(scratch, 'manifest.json'), 'utf8')) as {
      parts: { key: string; files?: { bytes: number }[] }[];
    };
    expect(manifest.parts.map(({ key }) => key)).toEqual([1, 2, 3, 4].map((n) => `magpie/application/${n}`));
    expect(manifest).toMatchObject({ release: 7, stack: world.project });
    expect(manifest.parts[0]).toMatchObject({ part: { name: 'birds' }, files: [{ path: 'postgres.dump' }] });
    expect((await readFile(join(scratch, 'dumps/magpie/application/1/postgres.dump'))).subarray(0, 5).toString()).toBe(
      'PGDMP',
    );
    expect(await readFile(join(out, world.root, 'stack/data/file'), 'utf8')).toBe('precious');
    expect(await world.leftInState()).toEqual([]);
    expect(await world.isRunning(`${world.project}-web`)).toBe(true);
    expect(await world.startedAt(`${world.project}-web`)).not.toBe(before);
    expect(await world.isRunning(idle)).toBe(false);
    expect(JSON.stringify(world.told)).not.toContain(DATABASE_PASSWORD);
  });

  it('a path of a container, a path in a volume, and a stop by the beginning of a name', async () => {
    const volume = await world.volume('data');
    const mount = await world.mountPoint(volume);
    await mkdir(join(mount, 'logs/old'), { recursive: true });
    await writeFile(join(mount, 'logs/old/a.log'), 'line');
    const web = await world.container('web', image.tag, ['--volume', `${volume}:/srv/data`], ['sleep', '3600']);
    const made = await make([
      { kind: 'volume', volume, below: 'logs/old', stop: ['we*', 'none-*'] },
      { kind: 'path', path: '/srv/data/logs', container: 'web' },
    ]);
    expect(made.stopped).toEqual([web]);
    const [snapshot] = await world.snapshots();
    expect(snapshot?.paths.filter((path) => path.startsWith(mount)).sort()).toEqual([
      join(mount, 'logs'),
      join(mount, 'logs/old'),
    ]);
  });

  it('a snapshot that does not hold everything is tagged incomplete, and the run fails', async () => {
    const failed = make([{ kind: 'path', path: '/proc/self/mem' }]);
    await expect(failed).rejects.toMatchObject({ type: FAILURES.applyFailed });
    await expect(failed).rejects.toThrow(
      /could not be read: .*mem\. Snapshot [0-9a-f]{8} \(tagged incomplete\) holds the others/,
    );
    expect(await world.tags()).toEqual([expect.arrayContaining(['incomplete'])]);
    expect((await world.tags()).flat()).not.toContain('unfinished');
  });

  it.each<[string, Part, RegExp]>([
    ['Configuration', { kind: 'path', path: '${NONE}' }, /names the variable NONE, which has no value/],
    ['NotFound', { kind: 'path', path: 'gone' }, /there is no .*\/stack\/gone/],
    ['NotFound', { kind: 'volume', volume: 'gone' }, /there is no volume gone/],
    ['NotFound', { kind: 'path', path: '.', stop: ['gone'] }, /The stack has no container gone/],
    ['NotFound', { kind: 'path', path: '/a', container: 'gone' }, /The stack has no container gone/],
    ['Configuration', { kind: 'path', path: '..' }, /the repository .* lies inside magpie\/application\/1/],
  ])('%s: %j, before anything is made', async (type, part, message) => {
    const failed = make([part]);
    await expect(failed).rejects.toMatchObject({ type });
    await expect(failed).rejects.toThrow(message);
    expect(await world.snapshots()).toEqual([]);
    expect(await world.leftInState()).toEqual([]);
  });

  it('scenario 30: one dump fails: stopped containers are started, the run fails, no snapshot is presented as complete', async () => {
    await world.database(image.tag);
    await world.container('web', image.tag, [], ['sleep', '3600']);
    await make([postgres]);
    expect(await world.tags()).toHaveLength(1);
    // It begins as a dump does, and ends in the middle.
    await world.docker(
      'exec',
      '--user',
      '0',
      `${world.project}-db`,
      'sh',
      '-c',
      'mv /usr/lib/postgresql/*/bin/pg_dump /tmp/; printf "#!/bin/sh\\nprintf PGDMP\\necho broken >&2\\nexit 1\\n" > /bin/pg_dump; chmod 755 /bin/pg_dump',
    );
    const failed = make([postgres, { kind: 'path', path: '.' }]);
    await expect(failed).rejects.toMatchObject({ type: FAILURES.applyFailed });
    await expect(failed).rejects.toThrow(/The dump of postgres in db failed \(status 1\):\nbroken/);
    expect(await world.isRunning(`${world.project}-web`)).toBe(true);
    expect(await world.tags()).toHaveLength(1);
    expect(await world.leftInState()).toEqual([]);
  });
});
