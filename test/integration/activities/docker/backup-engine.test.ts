import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createBackupEngine } from '../../../../activities/docker/backup-engine.js';
import { createImages, type Images } from '../../../support/images.js';
import { BackupWorld } from '../backup/world.js';

const { signal } = new AbortController();
const call = { signal, timeoutMs: 60_000 };

describe('activities/docker/backup-engine', () => {
  let images: Images;
  let world: BackupWorld;
  let web: string;
  let id: string;
  beforeAll(async () => {
    images = await createImages();
    world = await BackupWorld.create();
    const volume = await world.volume('data');
    web = await world.container(
      'web',
      images.base,
      ['--volume', `${volume}:/data`, '--env', 'OWN=of the container'],
      ['sleep', '3600'],
    );
    id = (await world.engine.find('web', call))[0]?.id ?? '';
  });
  afterAll(async () => {
    await world?.remove();
    await images?.cleanup();
  });
  const sh = (script: string, options = {}) =>
    world.engine.exec(id, { argv: ['sh', '-c', script], environment: { GIVEN: 'by us' } }, { ...call, ...options });

  it('finds by service and by name, in its own project only', async () => {
    const found = [{ id, name: web, running: true }];
    expect(await world.engine.find('web', call)).toEqual(found);
    expect(await world.engine.find(web, call)).toEqual(found);
    expect(await world.engine.find('other', call)).toEqual([]);
    expect(await createBackupEngine({ project: `${world.project}x` }).find(web, call)).toEqual([]);
  });

  it('runs a program with the variables of the container and ours, and tells both outputs and the status', async () => {
    expect(await sh('echo "$OWN, $GIVEN"; echo wrong >&2; exit 3')).toEqual({
      status: 3,
      stdout: 'of the container, by us\n',
      stderr: 'wrong\n',
    });
  });

  it('a program that is not there has the status that a shell gives it', async () => {
    const result = await world.engine.exec(id, { argv: ['no-such-program'] }, call);
    expect([126, 127]).toContain(result.status);
  });

  it('output goes to a file byte by byte, and input comes from one', async () => {
    const file = join(world.root, 'sent');
    const bytes = Buffer.from(Array.from({ length: 3_000_000 }, (_, at) => (at * 7919) % 251));
    await writeFile(file, bytes);
    const back = join(world.root, 'back');
    expect(await sh('cat; echo done >&2', { stdin: { file }, stdoutTo: back })).toEqual({
      status: 0,
      stdout: '',
      stderr: 'done\n',
    });
    expect((await readFile(back)).equals(bytes)).toBe(true);
    expect((await stat(back)).mode & 0o777).toBe(0o600);
    expect(await sh('wc -c', { stdin: { file } })).toMatchObject({ stdout: '3000000\n' });
    expect(await sh('cat', { stdin: { text: 'words' } })).toMatchObject({ stdout: 'words' });
    expect(await sh('exit 4', { stdin: { file } })).toMatchObject({ status: 4 });
    await expect(sh('cat', { stdin: { file: join(world.root, 'none') } })).rejects.toMatchObject({
      type: 'ApplyFailed',
      message: expect.stringContaining('ENOENT') as string,
    });
    await expect(sh('yes', { stdoutTo: '/dev/full' })).rejects.toMatchObject({ type: 'DiskFull' });
  });

  it('ends at once when it is cancelled, and in time', async () => {
    const controller = new AbortController();
    const running = sh('sleep 60', { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('cancelled')), 200);
    await expect(running).rejects.toThrow('cancelled');
    await expect(sh('sleep 60', { timeoutMs: 300 })).rejects.toMatchObject({ type: 'EngineUnavailable' });
  });

  it('stops and starts, twice and when it is gone', async () => {
    await world.engine.stop(id, call);
    await world.engine.stop(id, call);
    expect(await world.engine.find('web', call)).toMatchObject([{ running: false }]);
    expect(await world.engine.start(id, call)).toBe(true);
    expect(await world.engine.start(id, call)).toBe(true);
    expect(await world.isRunning(web)).toBe(true);
    await world.engine.stop('0'.repeat(64), call);
    expect(await world.engine.start('0'.repeat(64), call)).toBe(false);
  });

  it('a link that a container put into its mount does not lead out of it', async () => {
    const mount = await world.mountPoint(`${world.project}_data`);
    expect((await sh('ln -s /etc /data/out && mkdir -p /data/in && ln -s in /data/within')).status).toBe(0);
    for (const path of ['/data/out', '/data/out/passwd', '/data/out/not/there']) {
      await expect(world.engine.hostPathOf(id, path, call)).rejects.toThrow(
        /a symbolic link that leads out of its mount/,
      );
    }
    expect(await world.engine.hostPathOf(id, '/data/within/x', call)).toBe(`${mount}/within/x`);
  });

  it('a container that ends meanwhile is no success', async () => {
    const running = sh('sleep 60');
    setTimeout(() => void world.engine.stop(id, call), 200);
    expect((await running).status).not.toBe(0);
    await world.engine.start(id, call);
  });

  it('tells where a path lies on the host', async () => {
    const mount = await world.mountPoint(`${world.project}_data`);
    expect(await world.engine.hostPathOf(id, '/data/a/b', call)).toBe(`${mount}/a/b`);
    expect(await world.engine.hostPathOf(id, '/data', call)).toBe(mount);
    expect(await world.engine.hostPathOf(id, '/database', call)).toBeUndefined();
  });
});
