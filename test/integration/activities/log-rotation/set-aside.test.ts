import { appendFile, chmod, chown, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { needsRoot } from '../../../support/needs.js';
import { lineOf, numbered, TMPFS, until, World, Writer } from './world.js';

const big = numbered(0, 15_000);

describe('activities/log-rotation/set-aside', () => {
  let world: World;
  beforeEach(async () => void (world = await World.make(TMPFS)));
  afterEach(async () => {
    await world.remove();
  });
  const dueLog = async () => {
    await world.write('a.log', big);
    await world.rotate();
    world.pass(7);
  };

  it('renames the log, puts an empty one in its place, and compresses it after a quiet week', async () => {
    await dueLog();
    expect(await world.rotate()).toEqual({
      rotated: [{ file: 'a.log', to: 'a.log-20260309', bytes: big.length }],
      compressed: [],
      removed: [],
      skipped: 0,
    });
    expect(await world.text('a.log')).toBe('');
    world.pass(6);
    expect((await world.rotate()).compressed).toEqual([]);
    world.pass(1);
    expect((await world.rotate()).compressed).toEqual(['a.log-20260309.gz']);
    expect(await world.text('a.log-20260309.gz')).toBe(big);
    expect(await world.names()).toEqual(['a.log', 'a.log-20260309.gz']);
  });

  it('owner and permissions stay, whatever the umask', async (context) => {
    needsRoot(context);
    await dueLog();
    await chmod(world.path('a.log'), 0o666);
    await chown(world.path('a.log'), 1234, 2345);
    const before = process.umask(0o077);
    try {
      await world.rotate();
      world.pass(7);
      await world.rotate();
    } finally {
      process.umask(before);
    }
    for (const name of ['a.log', 'a.log-20260309.gz']) {
      expect(await stat(world.path(name))).toMatchObject({ uid: 1234, gid: 2345, mode: 0o100666 });
    }
  });

  it('what goes on writing to the renamed file loses nothing, and its quiet begins anew', async () => {
    await dueLog();
    const writer = await Writer.start(world.path('a.log'));
    let lines = 0;
    try {
      await until(async () => (await stat(world.path('a.log'))).size > 2 * big.length);
      expect((await world.rotate()).rotated).toHaveLength(1);
      world.pass(7);
      expect((await world.rotate()).compressed).toEqual([]);
    } finally {
      lines = await writer.stop();
    }
    world.pass(7);
    expect((await world.rotate()).compressed).toEqual([]);
    world.pass(7);
    expect((await world.rotate()).compressed).toEqual(['a.log-20260309.gz']);
    const text = await world.text('a.log-20260309.gz');
    expect(text.slice(big.length)).toBe(numbered(0, lines));
    expect(text.startsWith(big + lineOf(0))).toBe(true);
  });

  it('a file that grows while it is compressed stays, and is compressed another time', async () => {
    await dueLog();
    await world.rotate();
    world.pass(7);
    let wrote: Promise<void> | undefined;
    const grow = (details: unknown) => {
      if (JSON.stringify(details).includes('"replace"')) wrote ??= appendFile(world.path('a.log-20260309'), 'late\n');
    };
    const result = await world.rotate({}, world.step({ heartbeat: grow }));
    await wrote;
    expect(result.compressed).toEqual([]);
    expect(await world.names()).toEqual(['a.log', 'a.log-20260309']);
    await world.rotate();
    world.pass(7);
    expect((await world.rotate()).compressed).toEqual(['a.log-20260309.gz']);
    expect(await world.text('a.log-20260309.gz')).toBe(`${big}late\n`);
  });

  it('what another process has open is not compressed, and that is told', async () => {
    await dueLog();
    const writer = await Writer.start(world.path('a.log'));
    try {
      await until(async () => (await stat(world.path('a.log'))).size > big.length);
      await world.rotate();
      const [name = ''] = (await world.names()).filter((found) => found.includes('-'));
      // Written to all the time: what is recorded never stays the same, unless nothing has to be quiet.
      const rules = { quietMinutes: 0 };
      expect(name).toBe('a.log-20260309');
      expect((await world.rotate({ rules })).compressed).toEqual([]);
      expect(world.warnings.join()).toMatch(/still has a rotated log open.*a\.log-20260309/);
    } finally {
      await writer.stop();
    }
  });

  it('a rotated file that is still written to is not removed, whatever is kept', async () => {
    await dueLog();
    const rules = { keep: 1, quietMinutes: 100_000 };
    for (let week = 0; week < 3; week += 1) {
      expect((await world.rotate({ rules })).removed).toEqual([]);
      await appendFile(world.path('a.log'), big);
      world.pass(7);
    }
    expect((await world.names()).filter((name) => name.includes('-'))).toHaveLength(3);
    const { compressed, removed } = await world.rotate({ rules: { keep: 1, quietMinutes: 0 } });
    expect(compressed).toHaveLength(3 + 1);
    expect(removed).toEqual(['a.log-20260309.gz', 'a.log-20260316.gz', 'a.log-20260323.gz']);
  });

  it('without compression old ones go too, once they are quiet', async () => {
    await dueLog();
    const rules = { keep: 1, compress: false };
    await world.rotate({ rules });
    await appendFile(world.path('a.log'), big);
    world.pass(7);
    expect(await world.rotate({ rules })).toMatchObject({ compressed: [], removed: ['a.log-20260309'] });
    expect(await world.names()).toEqual(['a.log', 'a.log-20260316']);
  });

  it('a writer that makes the log anew first keeps what it wrote', async () => {
    await dueLog();
    let wrote: Promise<void> | undefined;
    const heartbeat = (details: unknown) => {
      if (JSON.stringify(details).includes('"create"')) wrote ??= appendFile(world.path('a.log'), 'first\n');
    };
    await world.rotate({}, world.step({ heartbeat }));
    await wrote;
    expect(await world.text('a.log')).toBe('first\n');
    expect(await readdir(join(world.root, 'logs'))).toHaveLength(2);
  });
});
