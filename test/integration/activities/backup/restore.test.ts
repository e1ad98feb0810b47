import { chown, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import type { RestoreRequest } from '../../../../activities/backup/restore.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { pathPart, useRestoredStack, type RestoredStack } from './restored-stack.js';

describe('activities/backup/restore', () => {
  const theStack = useRestoredStack();
  let at: RestoredStack;
  beforeEach(() => {
    at = theStack();
  });

  it('the drill: database, files and SQLite are destroyed, and are back; what there was before can be had again', async () => {
    await at.start();
    await at.world.sql(
      "create table seen (bird text); insert into seen values ('wren'), ('tit'); alter database birds set work_mem = '7MB'",
    );
    await at.inSqlite("create table users as select 'ann' as name");
    await chown(join(at.data, 'users/ann'), 1234, 1235);
    const { snapshot } = await at.backUp();

    await at.world.sql('drop table seen; create table later (n int)');
    await at.inSqlite("update users set name = 'bob'");
    await rm(join(at.data, 'users'), { recursive: true });
    await writeFile(join(at.data, 'users'), 'a file now');
    await writeFile(join(at.data, 'new'), 'since');
    await writeFile(join(at.data, 'env.local'), 'now');
    const before = await at.world.startedAt(`${at.world.project}-web`);

    const result = await at.restore();
    expect(result).toMatchObject({
      snapshot,
      release: 7,
      restored: ['magpie/application/1', 'hub/application/1', 'magpie/user/1'],
      stopped: [`${at.world.project}-web`],
      aside: [{ key: 'hub/logs/1', path: join(at.world.root, 'state/aside', snapshot, 'hub/logs/1') }],
    });
    expect(await at.world.sql('select bird from seen order by 1')).toBe('tit\nwren');
    expect(await at.world.sql("select count(*) from pg_tables where tablename = 'later'")).toBe('0');
    expect(await at.world.sql('show work_mem')).toBe('7MB');
    expect(
      await at.world.sql("select string_agg(datname, ',' order by datname) from pg_database where not datistemplate"),
    ).toBe('birds,postgres');
    expect(await at.inSqlite('select name from users')).toBe('ann');
    expect(await readFile(join(at.data, 'users/ann'), 'utf8')).toBe('notes');
    expect(await stat(join(at.data, 'users/ann'))).toMatchObject({ uid: 1234, gid: 1235 });
    expect(await readdir(at.data)).toEqual(['env.local', 'users']);
    expect(await readFile(join(at.data, 'env.local'), 'utf8')).toBe('now');
    expect(await readFile(join(result.aside[0]?.path ?? '', 'a.log'), 'utf8')).toBe('first line');
    expect(await at.world.startedAt(`${at.world.project}-web`)).not.toBe(before);
    expect(await at.world.leftInState()).toEqual(['aside']);

    await at.restore({ wanted: { id: result.saved ?? '' }, selection: { application: '*', user: '*' } });
    expect(await at.inSqlite('select name from users')).toBe('bob');
    expect(await readFile(join(at.data, 'new'), 'utf8')).toBe('since');
    expect(await at.world.sql('select count(*) from later')).toBe('0');
    expect(await at.world.tags()).toEqual([
      expect.arrayContaining(['complete']),
      [`before-restore=${snapshot}`, 'release=7', `stack=${at.world.project}`],
      [`before-restore=${result.saved}`, 'release=7', `stack=${at.world.project}`],
    ]);
  });

  it('what cannot be meant is refused and nothing changes', async () => {
    at.declarations = [{ component: 'hub', application: [pathPart('data')] }];
    await at.backUp({ application: '*' });
    await writeFile(join(at.data, 'new'), 'since');
    const refused: [Partial<RestoreRequest>, string, RegExp][] = [
      [{ wanted: { id: 'ffffffff' } }, FAILURES.notFound, /no snapshot ffffffff/],
      [{ wanted: { id: '--help' } }, FAILURES.notFound, /"--help" is no id/],
      [{ wanted: { release: 8 } }, FAILURES.notFound, /no complete snapshot of release 8 \(there are 1 of others\)/],
      [{ selection: { application: ['owl'] } }, FAILURES.notFound, /no application data of owl \(of these: hub\)/],
      [{ repository: '/nowhere/repository' }, FAILURES.notFound, /no backup repository at/],
      [{ hidden: (path) => `${path} is hidden` }, FAILURES.configuration, /Nothing was restored: .* is hidden/],
      [{ host: 'host-2' }, FAILURES.notFound, /there is no complete snapshot/],
    ];
    for (const [changes, type, message] of refused) {
      const failed = at.restore(changes);
      await expect(failed).rejects.toMatchObject({ type });
      await expect(failed).rejects.toThrow(message);
    }
    expect(await readdir(at.data)).toContain('new');
    expect(await at.world.snapshots()).toHaveLength(1);
  });
});
