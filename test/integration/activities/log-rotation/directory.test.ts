import { execFile } from 'node:child_process';
import { appendFile, link, mkdir, readdir, rename, rm, stat, symlink, unlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsRoot } from '../../../support/needs.js';
import { KIB, numbered, TMPFS, World } from './world.js';

const run = promisify(execFile);
const big = numbered(0, 15_000);

describe('activities/log-rotation/directory', () => {
  let world: World;
  beforeEach(async () => void (world = await World.make()));
  afterEach(() => world.remove());
  const rotatedNames = async (changes = {}) => (await world.rotate(changes)).rotated.map(({ to }) => to);

  it('a log begins its week when it is first seen, and is rotated weekly from 500 kB', async () => {
    await world.write('a.log', big);
    await world.write('small.log', 'x\n'.repeat(100 * KIB));
    await world.write('other.txt', big);
    expect(await world.rotate()).toEqual({ rotated: [], compressed: [], removed: [], skipped: 2 });
    world.pass(6);
    expect(await rotatedNames()).toEqual([]);
    world.pass(1);
    expect(await rotatedNames()).toEqual(['a.log-20260309.gz']);
    expect(await rotatedNames()).toEqual([]);
    await world.write('a.log', big);
    world.pass(6);
    expect(await rotatedNames()).toEqual([]);
    world.pass(1);
    expect(await rotatedNames()).toEqual(['a.log-20260316.gz']);
    expect(await world.names()).toEqual(
      ['a.log', 'a.log-20260309.gz', 'a.log-20260316.gz', 'other.txt', 'small.log'].sort(),
    );
  });

  it('six are kept, and those that logrotate made before us count', async () => {
    await world.write('a.log-20260101.gz', 'of logrotate');
    await world.write('a.log-99999999.gz', 'no date');
    await world.write('a.log.1', 'of another rule');
    const removed: string[] = [];
    for (let week = 0; week < 8; week += 1) {
      await world.write('a.log', big);
      removed.push(...(await world.rotate()).removed);
      world.pass(7);
    }
    expect(removed).toEqual(['a.log-20260101.gz', 'a.log-20260309.gz']);
    expect((await world.names()).filter((name) => /-2026\d{4}\.gz$/.test(name))).toHaveLength(6);
    expect(await world.names()).toEqual(expect.arrayContaining(['a.log-99999999.gz', 'a.log.1']));
  });

  it('nothing old is removed of a log that we never rotated', async () => {
    await world.write('a.log', 'small\n');
    for (let day = 10; day < 20; day += 1) await world.write(`a.log-202601${day}.gz`, '');
    expect((await world.rotate()).removed).toEqual([]);
  });

  it('the rules are those of the request, and a rule that makes no sense rotates nothing', async () => {
    await world.write('a.log', 'x\n'.repeat(8 * KIB));
    const rules = { everyDays: 0, minimumBytes: 1, keep: 2 };
    for (let i = 0; i < 3; i += 1) {
      await appendFile(world.path('a.log'), 'y\n'.repeat(8 * KIB));
      await world.rotate({ rules });
    }
    expect(await world.names()).toEqual(['a.log', 'a.log-20260302-2.gz', 'a.log-20260302-3.gz']);
    await expect(world.rotate({ rules: { keep: 0 } })).rejects.toMatchObject({ type: 'Configuration' });
  });

  it('a directory that does not exist has no logs', async () => {
    await rm(world.logs, { recursive: true });
    expect(await world.rotate()).toEqual({ rotated: [], compressed: [], removed: [], skipped: 0 });
  });

  it('links, directories, pipes and files with a second name are left alone', async () => {
    await writeFile(join(world.root, 'outside'), big);
    await symlink(join(world.root, 'outside'), world.path('link.log'));
    await symlink('/nowhere', world.path('dangling.log'));
    await mkdir(world.path('directory.log'));
    await run('mkfifo', [world.path('pipe.log')]);
    await writeFile(join(world.root, 'twice'), big);
    await link(join(world.root, 'twice'), world.path('twice.log'));
    await world.rotate();
    world.pass(7);
    expect(await world.rotate()).toEqual({ rotated: [], compressed: [], removed: [], skipped: 5 });
    expect((await stat(join(world.root, 'outside'))).size).toBe(big.length);
    expect((await stat(join(world.root, 'twice'))).size).toBe(big.length);
    expect(world.warnings.join()).toMatch(/hard link.*twice\.log/);
  });

  it('a link that takes the place of a log after it was seen is not followed', async () => {
    await writeFile(join(world.root, 'outside'), big);
    for (const name of ['a.log', 'b.log']) await world.write(name, big);
    await world.rotate();
    world.pass(7);
    const heartbeat = (details: unknown) => {
      if (JSON.stringify(details).includes('"copy","file":"a.log"')) swap ??= swapB();
    };
    let swap: Promise<void> | undefined;
    const swapB = async () => {
      await unlink(world.path('b.log'));
      await symlink(join(world.root, 'outside'), world.path('b.log'));
    };
    expect(await world.rotate({}, world.step({ heartbeat }))).toMatchObject({
      rotated: [{ file: 'a.log' }],
      skipped: 1,
    });
    await swap;
    expect((await stat(join(world.root, 'outside'))).size).toBe(big.length);
  });

  it.each([undefined, TMPFS])('odd names are names (in %s)', async (parent) => {
    await world.remove();
    world = await World.make(parent);
    const odd = ['a b.log', '-rf.log', 'new\nline.log', 'ünïcödé.log', '$(touch x).log', '*.log', '__proto__.log'];
    for (const name of odd) await world.write(name, big);
    const bytes = Buffer.concat([Buffer.from(`${world.logs}/`), Buffer.of(0xff, 0xfe), Buffer.from('.log')]);
    await writeFile(bytes, big);
    await world.rotate();
    world.pass(7);
    const { rotated } = await world.rotate();
    expect(rotated.map(({ file }) => file).sort()).toEqual(
      [
        '"a b.log"',
        '-rf.log',
        '"new\\nline.log"',
        'ünïcödé.log',
        '"$(touch x).log"',
        '"*.log"',
        '__proto__.log',
        '"\ufffd\ufffd.log"',
      ].sort(),
    );
    world.pass(7);
    await world.rotate();
    world.pass(7);
    await world.rotate();
    const names = await readdir(world.logs, { encoding: 'latin1' as BufferEncoding });
    expect(names).toHaveLength(16);
    expect(names).toContain('\xff\xfe.log-20260309.gz');
    for (const name of odd) {
      const text = (await world.text(`${name}-20260309.gz`)) + (await world.text(name)).replace(/^[ \t]+\n/, '');
      expect(text).toBe(big);
    }
  });

  it('a log that vanishes in between is none', async () => {
    for (const name of ['a.log', 'b.log', 'c.log']) await world.write(name, big);
    await world.rotate();
    world.pass(7);
    let gone: Promise<void> | undefined;
    const heartbeat = (details: unknown) => {
      if (JSON.stringify(details).includes('"copy","file":"a.log"')) gone ??= rm(world.path('b.log'));
    };
    expect(await world.rotate({}, world.step({ heartbeat }))).toMatchObject({
      rotated: [{ file: 'a.log' }, { file: 'c.log' }],
      skipped: 1,
    });
    await gone;
  });

  it('a log that cannot be rotated is named, the others are rotated', async (context) => {
    needsRoot(context);
    for (const name of ['a.log', 'b.log', 'c.log']) await world.write(name, big);
    await world.rotate();
    world.pass(7);
    await run('chattr', ['+i', world.path('b.log')]);
    try {
      const failed = world.rotate();
      await expect(failed).rejects.toMatchObject({ name: 'StepFailure', type: 'ApplyFailed' });
      await expect(failed).rejects.toThrow(/b\.log in .*EPERM/);
    } finally {
      await run('chattr', ['-i', world.path('b.log')]);
    }
    expect(await world.names()).toEqual(['a.log', 'a.log-20260309.gz', 'b.log', 'c.log', 'c.log-20260309.gz']);
    expect(await rotatedNames()).toEqual(['b.log-20260309.gz']);
  });

  it('what is remembered survives a restart; a file of it that is malformed is named', async () => {
    await world.write('a.log', big);
    await world.rotate();
    const directory = join(world.root, 'state', 'log-rotation');
    const [name = ''] = (await readdir(directory)).filter((file) => file.endsWith('.json'));
    await writeFile(join(directory, name), '{');
    await expect(world.rotate()).rejects.toThrow(/log-rotation.*is not JSON.*Move it away/);
  });

  it('a second run waits a little for the first, and is tried again when that takes longer', async () => {
    await world.write('a.log', big);
    await world.rotate();
    world.pass(7);
    let second: Promise<unknown> | undefined;
    const heartbeat = () => {
      second ??= world.rotate().catch((error: unknown) => error);
    };
    const first = world.rotate({}, world.step({ heartbeat }));
    expect(await first).toMatchObject({ rotated: [{ file: 'a.log' }] });
    expect(await second).toMatchObject({ rotated: [] });
    const held = run('flock', [world.logs, 'sleep', '7']);
    await expect(world.rotate()).rejects.toMatchObject({ type: 'Busy' });
    await held;
  });

  it('a full disk is told as such and loses nothing', async (context) => {
    needsRoot(context);
    const image = join(world.root, 'disk');
    await run('truncate', ['--size', '4M', image]);
    await run('mkfs.ext4', ['-q', '-m', '0', image]);
    const mounted = run('mount', ['-o', 'loop', image, world.logs]).then(
      () => true,
      () => false,
    );
    context.skip(!(await mounted), 'needs a loop device for a small disk');
    try {
      const noise = Array.from({ length: 20_000 }, () => `${Math.random()}${Math.random()}\n`).join('');
      await world.write('a.log', noise);
      await world.rotate();
      world.pass(7);
      await run('dd', ['if=/dev/zero', `of=${world.path('filler')}`, 'bs=4k']).catch(() => undefined);
      await expect(world.rotate()).rejects.toMatchObject({ type: 'DiskFull' });
      expect((await world.names()).filter((name) => name.includes('a.log') || name.startsWith('.'))).toEqual(['a.log']);
      expect(await world.text('a.log')).toBe(noise);
      await rm(world.path('filler'));
      expect(await rotatedNames()).toEqual(['a.log-20260309.gz']);
    } finally {
      await run('umount', [world.logs]);
    }
  });

  it('a state directory that cannot be written rotates nothing', async () => {
    await world.write('a.log', big);
    await world.rotate();
    world.pass(7);
    await rename(join(world.root, 'state'), join(world.root, 'former'));
    await writeFile(join(world.root, 'state'), '');
    await expect(world.rotate()).rejects.toMatchObject({ name: 'StepFailure' });
    expect(await world.text('a.log')).toBe(big);
  });
});
