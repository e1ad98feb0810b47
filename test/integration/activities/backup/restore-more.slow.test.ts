import { readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { previewRestore, restoreStack } from '../../../../activities/backup/restore.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { POSTGRES, useRestoredStack, type RestoredStack } from './restored-stack.js';

describe('activities/backup/restore', () => {
  const theStack = useRestoredStack();
  let at: RestoredStack;
  beforeEach(() => {
    at = theStack();
  });

  it('onto a host that has lost everything: what is missing is no reason to refuse', async () => {
    await at.start();
    await at.world.sql('create table seen as select 5 as n');
    await at.inSqlite('create table users as select 3 as n');
    await at.backUp();
    await at.world.sql('drop database birds with (force)', 'postgres');
    await at.world.exec('web', 'rm', '/data/hub.sqlite');
    await rm(at.data, { recursive: true });
    expect(await at.restore()).toMatchObject({ restored: { length: 3 } });
    expect(await at.world.sql('select n from seen')).toBe('5');
    expect(await at.inSqlite('select n from users')).toBe('3');
    expect(await readFile(join(at.data, 'users/ann'), 'utf8')).toBe('notes');
  });

  it('a preview says what would be overwritten and changes nothing', async () => {
    await at.start();
    await at.inSqlite('create table users (n int)');
    const { snapshot } = await at.backUp();
    await writeFile(join(at.data, 'users/ann'), 'other notes');
    await writeFile(join(at.data, 'users/bob'), 'since');
    await symlink('ann', join(at.data, 'users/link'));
    const told = await previewRestore(at.request(), at.world.step());
    expect(told).toEqual({
      snapshot,
      madeAt: expect.any(String) as string,
      release: 7,
      stops: [`${at.world.project}-web`],
      parts: [
        { key: 'magpie/application/1', what: 'postgres birds in db is replaced as a whole' },
        {
          key: 'hub/application/1',
          what: `directory or file data is written back to ${at.data}`,
          changes: { overwritten: ['users/ann'], added: [], removed: ['users/bob', 'users/link'], bytes: 5 },
        },
        { key: 'magpie/user/1', what: 'sqlite /data/hub.sqlite in web is replaced as a whole' },
        { key: 'hub/logs/1', what: 'directory or file log is laid aside, not written back' },
      ],
    });
    expect(await readFile(join(at.data, 'users/ann'), 'utf8')).toBe('other notes');
    expect(await at.world.leftInState()).toEqual([]);
    expect(await at.world.snapshots()).toHaveLength(1);
  });

  it('a database that cannot be restored is as it was, and no backup is made until that is settled', async () => {
    await at.start();
    await at.world.sql('create role ranger; create table seen as select 5 as n; alter table seen owner to ranger');
    at.declarations = [{ component: 'magpie', application: [POSTGRES] }];
    await at.backUp({ application: '*' });
    // The dump asks for a role that is gone.
    await at.world.sql('alter table seen owner to bird; drop role ranger; insert into seen values (6)');
    const failed = at.restore({ selection: { application: '*' } });
    await expect(failed).rejects.toMatchObject({ type: FAILURES.applyFailed });
    await expect(failed).rejects.toThrow(
      /restore of postgres birds in db failed.*role "ranger" does not exist.*run it again\. What there was before is snapshot [0-9a-f]{8}\.$/s,
    );
    expect(await at.world.sql('select n from seen order by 1')).toBe('5\n6');
    expect(await at.world.isRunning(`${at.world.project}-web`)).toBe(true);

    await expect(at.backUp({ application: '*' })).rejects.toMatchObject({ type: FAILURES.blocked });
    await at.world.sql('create role ranger');
    const saved = (await at.world.snapshots()).length;
    await at.restore({ selection: { application: '*' } });
    expect(await at.world.sql('select n from seen')).toBe('5');
    expect(await at.world.snapshots()).toHaveLength(saved);
    await at.backUp({ application: '*' });
  });

  it('cancelled in the middle of a database: the former one is back', async () => {
    await at.start();
    await at.world.sql('create table seen as select n from generate_series(1, 300000) n');
    at.declarations = [{ component: 'magpie', application: [POSTGRES] }];
    await at.backUp({ application: '*' });
    await at.world.sql('insert into seen values (0)');
    const controller = new AbortController();
    const running = restoreStack(at.request({ selection: { application: '*' } }), at.world.step(controller.signal));
    const failed = expect(running).rejects.toThrow();
    const aside = () => at.world.sql("select count(*) from pg_database where datname = 'birds_bk_former'", 'postgres');
    await expect.poll(aside, { timeout: 50_000, interval: 20 }).toBe('1');
    controller.abort(new Error('cancelled'));
    await failed;
    expect(await at.world.sql('select count(*) from seen')).toBe('300001');
    expect(await aside()).toBe('0');
    expect(await at.world.isRunning(`${at.world.project}-web`)).toBe(true);
  });
});
