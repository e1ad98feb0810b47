import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackup } from '../../../../activities/backup/create.js';
import { forgetBackups } from '../../../../activities/backup/forget.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { BackupWorld, emptyRepository } from './world.js';

describe('activities/backup/forget', () => {
  let world: BackupWorld;
  let repository: string;
  beforeAll(async () => {
    repository = await emptyRepository();
    world = await BackupWorld.create(repository);
    await writeFile(join(world.root, 'stack/file'), 'x');
  });
  afterAll(async () => {
    await world.remove();
    await rm(repository, { recursive: true, force: true });
  });

  it('removes by policy what is of this stack, host and selection, and nothing else', async () => {
    const part = { kind: 'path', path: 'file' } as const;
    const declarations = [{ component: 'hub', application: [part], user: [part] }];
    const make = (changes = {}) => createBackup(world.request({ declarations, ...changes }), world.step());
    const file = join(world.root, 'stack/file');
    const alone = (...options: string[]) => world.restic('backup', '--quiet', ...options, file);
    await alone('--tag', `stack=${world.project},unfinished`, '--host', 'host-1');
    await alone('--tag', `stack=${world.project},incomplete`, '--host', 'host-1');
    await alone('--tag', `stack=${world.project},before-restore=12345678`, '--host', 'host-1');
    await alone('--tag', 'of=somebody', '--host', 'host-1');
    await make({ host: 'host-2' });
    await make({ stack: 'another' });
    await make({ selection: { user: '*' } });
    const first = await make();
    const second = await make();
    await alone('--tag', `stack=${world.project},unfinished`, '--host', 'host-1');
    const before = await world.snapshots();

    const keep = { last: 1 };
    expect(await forgetBackups({ ...world.request(), keep }, world.step())).toEqual({ kept: 2, removed: 3 });
    const after = (await world.snapshots()).map(({ id }) => id);
    const gone = before.filter(({ id }) => !after.includes(id));
    expect(gone.map(({ tags, short_id }) => (tags?.includes('complete') ? short_id : tags?.at(-1))).sort()).toEqual(
      [first.snapshot, 'incomplete', 'unfinished'].sort(),
    );
    expect(after.some((id) => id.startsWith(second.snapshot))).toBe(true);
    expect(await forgetBackups({ ...world.request(), keep }, world.step())).toEqual({ kept: 2, removed: 0 });
    await world.restic('check', '--quiet');
  }, 180_000);

  it('a policy that keeps nothing is refused', async () => {
    for (const keep of [{}, { last: 0 }, { daily: 1.5 }]) {
      await expect(forgetBackups({ ...world.request(), keep }, world.step())).rejects.toMatchObject({
        type: FAILURES.configuration,
      });
    }
  });
});
