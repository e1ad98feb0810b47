import { existsSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { startWhatWasStopped } from '../../../../activities/backup/stopped.js';
import type { Compiled } from '../../../support/compiled.js';
import { pathPart, POSTGRES, useRestoredStack, type RestoredStack } from './restored-stack.js';
import { compileRuns, startApart } from './run-apart.js';

describe('activities/backup/restore', () => {
  const theStack = useRestoredStack();
  let at: RestoredStack;
  let compiled: Compiled;
  beforeAll(async () => {
    compiled = await compileRuns();
  });
  afterAll(() => compiled?.remove());
  beforeEach(() => {
    at = theStack();
  });
  const restore = { wanted: 'latest', selection: { application: '*' }, protectedPaths: [] } as const;

  it('a restore that is killed again and again ends, once it may, with everything back', async () => {
    const { world } = at;
    const web = `${world.project}-web`;
    await at.start();
    await world.sql('create table seen as select n from generate_series(1, 300000) n');
    await writeFile(join(world.root, 'stack/file'), 'precious');
    at.declarations = [
      { component: 'magpie', application: [POSTGRES] },
      { component: 'hub', application: [pathPart('file')] },
    ];
    await at.backUp(restore.selection);
    await world.sql('drop table seen; create table later (n int)');
    await writeFile(join(world.root, 'stack/file'), 'since');

    const begun = () => existsSync(join(world.root, 'state/restore.json'));
    for (const delay of [0, 100, 400]) {
      await startWhatWasStopped({ directory: join(world.root, 'state'), engine: world.engine, log: world.step().log });
      const { child, ended } = startApart(compiled, 'restoreStack', world, restore);
      const overwrites = async () => child.exitCode !== null || (begun() && !(await world.isRunning(web)));
      await expect.poll(overwrites, { timeout: 60_000, interval: 20 }).toBe(true);
      await new Promise((resolve) => setTimeout(resolve, delay));
      child.kill('SIGKILL');
      await ended;
    }
    await at.restore(restore);
    expect(await world.sql('select count(*) from seen')).toBe('300000');
    expect(
      await world.sql("select string_agg(datname, ',' order by datname) from pg_database where not datistemplate"),
    ).toBe('birds,postgres');
    expect(await world.isRunning(web)).toBe(true);
    // What there was before the first of them, not the half of a later one.
    const saved = (await world.snapshots()).find(({ tags }) => tags?.some((tag) => tag.startsWith('before-restore')));
    await at.restore({ ...restore, wanted: { id: saved?.short_id ?? '' } });
    expect(await world.sql('select count(*) from later')).toBe('0');
  }, 180_000);
});
