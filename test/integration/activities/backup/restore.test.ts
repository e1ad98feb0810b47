import { chown, mkdir, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createBackup } from '../../../../activities/backup/create.js';
import { previewRestore, restoreStack, type RestoreRequest } from '../../../../activities/backup/restore.js';
import type { Declaration, Part } from '../../../../activities/backup/types.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { createDatabaseImage, type DatabaseImage } from '../../../support/database-image.js';
import { BackupWorld, emptyRepository } from './world.js';

describe('activities/backup/restore', () => {
  let image: DatabaseImage;
  let repository: string;
  let world: BackupWorld;
  let volume: string;
  let data: string;
  let declarations: Declaration[];
  beforeAll(async () => {
    [image, repository] = await Promise.all([createDatabaseImage(), emptyRepository()]);
  });
  afterAll(async () => {
    await image?.remove();
    await rm(repository, { recursive: true, force: true });
  });
  beforeEach(async () => {
    world = await BackupWorld.create(repository);
    volume = await world.volume('data');
    data = join(world.root, 'stack/data');
    await mkdir(join(data, 'users'), { recursive: true });
    await writeFile(join(data, 'users/ann'), 'notes');
    await writeFile(join(data, 'env.local'), 'then');
    await mkdir(join(world.root, 'stack/log'));
    await writeFile(join(world.root, 'stack/log/a.log'), 'first line');
    declarations = [
      { component: 'hub', application: [path('data', ['web'])], logs: [path('log')] },
      { component: 'magpie', application: [postgres], user: [sqlite] },
    ];
  });
  afterEach(() => world.remove());

  const path = (name: string, stop?: string[]): Part => ({ kind: 'path', path: name, ...(stop ? { stop } : {}) });
  const postgres: Part = { kind: 'dump', database: 'postgres', container: 'db', stop: ['web'] };
  const sqlite: Part = { kind: 'dump', database: 'sqlite', container: 'web', file: '/data/hub.sqlite' };
  const ALL = { application: '*', user: '*', logs: '*' } as const;
  const start = async () => {
    await world.database(image.tag);
    await world.container('web', image.tag, ['--volume', `${volume}:/data`, '--user', '0'], ['sleep', '3600']);
  };
  const backUp = (selection: RestoreRequest['selection'] = ALL) =>
    createBackup(world.request({ declarations, selection }), world.step());
  const request = (changes: Partial<RestoreRequest> = {}): RestoreRequest => ({
    ...world.request(),
    wanted: 'latest',
    selection: ALL,
    protectedPaths: [join(data, 'env.local')],
    ...changes,
  });
  const restore = (changes: Partial<RestoreRequest> = {}) => restoreStack(request(changes), world.step());
  const inSqlite = (text: string) => world.exec('web', 'sqlite3', '/data/hub.sqlite', text);

  it('the drill: database, files and SQLite are destroyed, and are back; what there was before can be had again', async () => {
    await start();
    await world.sql(
      "create table seen (bird text); insert into seen values ('wren'), ('tit'); alter database birds set work_mem = '7MB'",
    );
    await inSqlite("create table users as select 'ann' as name");
    await chown(join(data, 'users/ann'), 1234, 1235);
    const { snapshot } = await backUp();

    await world.sql('drop table seen; create table later (n int)');
    await inSqlite("update users set name = 'bob'");
    await rm(join(data, 'users'), { recursive: true });
    await writeFile(join(data, 'users'), 'a file now');
    await writeFile(join(data, 'new'), 'since');
    await writeFile(join(data, 'env.local'), 'now');
    const before = await world.startedAt(`${world.project}-web`);

    const result = await restore();
    expect(result).toMatchObject({
      snapshot,
      release: 7,
      restored: ['magpie/application/1', 'hub/application/1', 'magpie/user/1'],
      stopped: [`${world.project}-web`],
      aside: [{ key: 'hub/logs/1', path: join(world.root, 'state/aside', snapshot, 'hub/logs/1') }],
    });
    expect(await world.sql('select bird from seen order by 1')).toBe('tit\nwren');
    expect(await world.sql("select count(*) from pg_tables where tablename = 'later'")).toBe('0');
    expect(await world.sql('show work_mem')).toBe('7MB');
    expect(
      await world.sql("select string_agg(datname, ',' order by datname) from pg_database where not datistemplate"),
    ).toBe('birds,postgres');
    expect(await inSqlite('select name from users')).toBe('ann');
    expect(await readFile(join(data, 'users/ann'), 'utf8')).toBe('notes');
    expect(await stat(join(data, 'users/ann'))).toMatchObject({ uid: 1234, gid: 1235 });
    expect(await readdir(data)).toEqual(['env.local', 'users']);
    expect(await readFile(join(data, 'env.local'), 'utf8')).toBe('now');
    expect(await readFile(join(result.aside[0]?.path ?? '', 'a.log'), 'utf8')).toBe('first line');
    expect(await world.startedAt(`${world.project}-web`)).not.toBe(before);
    expect(await world.leftInState()).toEqual(['aside']);

    await restore({ wanted: { id: result.saved ?? '' }, selection: { application: '*', user: '*' } });
    expect(await inSqlite('select name from users')).toBe('bob');
    expect(await readFile(join(data, 'new'), 'utf8')).toBe('since');
    expect(await world.sql('select count(*) from later')).toBe('0');
    expect(await world.tags()).toEqual([
      expect.arrayContaining(['complete']),
      [`before-restore=${snapshot}`, 'release=7', `stack=${world.project}`],
      [`before-restore=${result.saved}`, 'release=7', `stack=${world.project}`],
    ]);
  });

  it('onto a host that has lost everything: what is missing is no reason to refuse', async () => {
    await start();
    await world.sql('create table seen as select 5 as n');
    await inSqlite('create table users as select 3 as n');
    await backUp();
    await world.sql('drop database birds with (force)', 'postgres');
    await world.exec('web', 'rm', '/data/hub.sqlite');
    await rm(data, { recursive: true });
    expect(await restore()).toMatchObject({ restored: { length: 3 } });
    expect(await world.sql('select n from seen')).toBe('5');
    expect(await inSqlite('select n from users')).toBe('3');
    expect(await readFile(join(data, 'users/ann'), 'utf8')).toBe('notes');
  });

  it('a preview says what would be overwritten and changes nothing', async () => {
    await start();
    await inSqlite('create table users (n int)');
    const { snapshot } = await backUp();
    await writeFile(join(data, 'users/ann'), 'other notes');
    await writeFile(join(data, 'users/bob'), 'since');
    await symlink('ann', join(data, 'users/link'));
    const told = await previewRestore(request(), world.step());
    expect(told).toEqual({
      snapshot,
      madeAt: expect.any(String) as string,
      release: 7,
      stops: [`${world.project}-web`],
      parts: [
        { key: 'magpie/application/1', what: 'postgres birds in db is replaced as a whole' },
        {
          key: 'hub/application/1',
          what: `directory or file data is written back to ${data}`,
          changes: { overwritten: ['users/ann'], added: [], removed: ['users/bob', 'users/link'], bytes: 5 },
        },
        { key: 'magpie/user/1', what: 'sqlite /data/hub.sqlite in web is replaced as a whole' },
        { key: 'hub/logs/1', what: 'directory or file log is laid aside, not written back' },
      ],
    });
    expect(await readFile(join(data, 'users/ann'), 'utf8')).toBe('other notes');
    expect(await world.leftInState()).toEqual([]);
    expect(await world.snapshots()).toHaveLength(1);
  });

  it('a database that cannot be restored is as it was, and no backup is made until that is settled', async () => {
    await start();
    await world.sql('create role ranger; create table seen as select 5 as n; alter table seen owner to ranger');
    declarations = [{ component: 'magpie', application: [postgres] }];
    await backUp({ application: '*' });
    // The dump asks for a role that is gone.
    await world.sql('alter table seen owner to bird; drop role ranger; insert into seen values (6)');
    const failed = restore({ selection: { application: '*' } });
    await expect(failed).rejects.toMatchObject({ type: FAILURES.applyFailed });
    await expect(failed).rejects.toThrow(
      /restore of postgres birds in db failed.*role "ranger" does not exist.*run it again\. What there was before is snapshot [0-9a-f]{8}\.$/s,
    );
    expect(await world.sql('select n from seen order by 1')).toBe('5\n6');
    expect(await world.isRunning(`${world.project}-web`)).toBe(true);

    await expect(backUp({ application: '*' })).rejects.toMatchObject({ type: FAILURES.blocked });
    await world.sql('create role ranger');
    const saved = (await world.snapshots()).length;
    await restore({ selection: { application: '*' } });
    expect(await world.sql('select n from seen')).toBe('5');
    expect(await world.snapshots()).toHaveLength(saved);
    await backUp({ application: '*' });
  });

  it('cancelled in the middle of a database: the former one is back', async () => {
    await start();
    await world.sql('create table seen as select n from generate_series(1, 300000) n');
    declarations = [{ component: 'magpie', application: [postgres] }];
    await backUp({ application: '*' });
    await world.sql('insert into seen values (0)');
    const controller = new AbortController();
    const running = restoreStack(request({ selection: { application: '*' } }), world.step(controller.signal));
    const failed = expect(running).rejects.toThrow();
    const aside = () => world.sql("select count(*) from pg_database where datname = 'birds_bk_former'", 'postgres');
    await expect.poll(aside, { timeout: 50_000, interval: 20 }).toBe('1');
    controller.abort(new Error('cancelled'));
    await failed;
    expect(await world.sql('select count(*) from seen')).toBe('300001');
    expect(await aside()).toBe('0');
    expect(await world.isRunning(`${world.project}-web`)).toBe(true);
  });

  it('what cannot be meant is refused and nothing changes', async () => {
    declarations = [{ component: 'hub', application: [path('data')] }];
    await backUp({ application: '*' });
    await writeFile(join(data, 'new'), 'since');
    const refused: [Partial<RestoreRequest>, string, RegExp][] = [
      [{ wanted: { id: 'ffffffff' } }, FAILURES.notFound, /no snapshot ffffffff/],
      [{ wanted: { id: '--help' } }, FAILURES.notFound, /"--help" is no id/],
      [{ wanted: { release: 8 } }, FAILURES.notFound, /no complete snapshot of release 8 \(there are 1 of others\)/],
      [{ selection: { application: ['owl'] } }, FAILURES.notFound, /no application data of owl \(of these: hub\)/],
      [{ repository: '/nowhere/repository' }, FAILURES.notFound, /no backup repository at/],
      [{ host: 'host-2' }, FAILURES.notFound, /there is no complete snapshot/],
    ];
    for (const [changes, type, message] of refused) {
      const failed = restore(changes);
      await expect(failed).rejects.toMatchObject({ type });
      await expect(failed).rejects.toThrow(message);
    }
    expect(await readdir(data)).toContain('new');
    expect(await world.snapshots()).toHaveLength(1);
  });
});
