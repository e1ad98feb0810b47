import { randomBytes } from 'node:crypto';
import { copyFile, mkdir, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createBackup } from '../../../../activities/backup/create.js';
import type { Declaration } from '../../../../activities/backup/types.js';
import { verifyBackup, type VerifyRequest } from '../../../../activities/backup/verify.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { createDatabaseImage, type DatabaseImage } from '../../../support/database-image.js';
import { BackupWorld, emptyRepository } from './world.js';

describe('activities/backup/verify', () => {
  let image: DatabaseImage;
  let repository: string;
  let world: BackupWorld;
  const declarations: Declaration[] = [
    {
      component: 'magpie',
      application: [
        { kind: 'dump', database: 'postgres', container: 'db' },
        { kind: 'dump', database: 'sqlite', container: 'db', file: '/tmp/hub.sqlite' },
        { kind: 'path', path: 'data' },
      ],
    },
  ];
  beforeAll(async () => {
    [image, repository] = await Promise.all([createDatabaseImage(), emptyRepository()]);
  });
  afterAll(async () => {
    await image?.remove();
    await rm(repository, { recursive: true, force: true });
  });
  beforeEach(async () => {
    world = await BackupWorld.create(repository);
    await mkdir(join(world.root, 'stack/data'));
    await writeFile(join(world.root, 'stack/data/file'), randomBytes(300_000));
  });
  afterEach(() => world.remove());

  const request = (changes: Partial<VerifyRequest> = {}): VerifyRequest => ({
    ...world.request(),
    maxAgeHours: 26,
    readDataSubset: '100%',
    ...changes,
  });
  const verify = (changes: Partial<VerifyRequest> = {}) => verifyBackup(request(changes), world.step());
  const backUp = async () => {
    await world.database(image.tag);
    await world.sql('create table seen as select 42 as birds');
    await world.exec('db', 'sqlite3', '/tmp/hub.sqlite', 'create table users (n int)');
    return createBackup(world.request({ declarations }), world.step());
  };

  it('the newest backup is restored and its dumps are read; nothing is left', async () => {
    const { snapshot } = await backUp();
    const verified = await verify();
    expect(verified).toMatchObject({
      snapshot,
      release: 7,
      dumps: [
        { key: 'magpie/application/1', tried: ['size and sha256', 'pg_restore --list'] },
        { key: 'magpie/application/2', tried: ['size and sha256', 'PRAGMA integrity_check'] },
      ],
      untried: [],
    });
    expect(verified.ageHours).toBeLessThan(1);
    expect(verified.restoredBytes).toBeGreaterThan(300_000);
    expect(verified.wholeBytes).toBeGreaterThanOrEqual(verified.restoredBytes);
    expect(verified.wholeSeconds).toBeGreaterThan(0);
    expect(await world.leftInState()).toEqual([]);

    const { engine: _none, ...without } = request({ restore: 'dumps', environment: await onlyRestic() });
    const less = await verifyBackup(without, world.step());
    expect(less.untried).toEqual([
      'magpie/application/1: pg_restore --list, for want of the program and of its container',
      'magpie/application/2: PRAGMA integrity_check, for want of sqlite3',
    ]);
    expect(less.restoredBytes).toBeLessThan(300_000);
    expect(less.wholeBytes).toBe(verified.wholeBytes);

    await expect(verify({ maxAgeHours: 0 })).rejects.toMatchObject({
      type: FAILURES.applyFailed,
      message: expect.stringMatching(/is 0\.\d h old, more than 0 h/) as string,
    });
    await expect(verify({ selection: { user: '*' } })).rejects.toThrow(/no complete backup of user:\*/);
    await expect(verify({ readDataSubset: '--help' })).rejects.toMatchObject({ type: FAILURES.configuration });
  });

  it('a repository that lost a file is found', async () => {
    await backUp();
    // One with the content of files: for a lost tree restic waits and asks again for a quarter of an hour.
    const entries = await readdir(join(world.root, 'repository/data'), { recursive: true, withFileTypes: true });
    const packs = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name));
    const sizes = await Promise.all(packs.map(async (path) => (await stat(path)).size));
    await rm(packs[sizes.indexOf(Math.max(...sizes))] ?? '', { force: true });
    const { readDataSubset: _none, ...plain } = request();
    await expect(verifyBackup(plain, world.step())).rejects.toMatchObject({
      type: FAILURES.applyFailed,
      message: expect.stringMatching(/restic check .*ended with status 1/) as string,
    });
    expect(await world.leftInState()).toEqual([]);
  });

  it('no backup at all is a failure', async () => {
    await expect(verify()).rejects.toMatchObject({
      type: FAILURES.notFound,
      message: expect.stringContaining('There is no complete backup') as string,
    });
  });

  async function onlyRestic(): Promise<Record<string, string>> {
    const directory = join(world.root, 'bin');
    await mkdir(directory);
    await copyFile('/usr/bin/restic', join(directory, 'restic'));
    return { PATH: directory, HOME: world.root };
  }
});
