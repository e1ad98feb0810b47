import { execFile } from 'node:child_process';
import { appendFile, chmod, chown, open, readFile, stat } from 'node:fs/promises';
import { promisify } from 'node:util';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createImages, type Images } from '../../../support/images.js';
import { needsRoot } from '../../../support/needs.js';
import { KIB, lineOf, numbered, until, World, Writer } from './world.js';

const run = promisify(execFile);
const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => ({ size: 0 }))).size;

describe('activities/log-rotation/cut', () => {
  let world: World;
  beforeEach(async () => void (world = await World.make()));
  afterEach(() => world.remove());

  async function rotateOften(log: string, times: number): Promise<void> {
    await until(async () => (await sizeOf(world.path(log))) > 0);
    await world.rotate();
    for (let i = 0; i < times; i += 1) {
      await until(async () => (await sizeOf(world.path(log))) > 700 * KIB);
      world.pass(7);
      expect(await world.rotate()).toMatchObject({ rotated: [{ file: log }], removed: [], skipped: 0 });
    }
    expect((await world.names()).length).toBe(times + 1);
  }
  async function expectAllLines(log: string, count: number, line = lineOf): Promise<void> {
    const found = await world.lines(log);
    expect(found.length).toBe(count);
    expect(found.findIndex((text, i) => `${text}\n` !== line(i))).toBe(-1);
  }

  describe('what writes at full speed through one descriptor loses no line in many rotations:', () => {
    it('a process', async () => {
      const writer = await Writer.start(world.path('busy.log'));
      let lines = 0;
      try {
        await rotateOften('busy.log', 6);
      } finally {
        lines = await writer.stop();
      }
      await expectAllLines('busy.log', lines);
    });

    describe('a container', () => {
      let images: Images;
      beforeAll(async () => void (images = await createImages()));
      afterAll(() => images.cleanup());

      it('whose shell keeps it open', async () => {
        const name = `bk-test-rotation-${process.pid}`;
        const script =
          'exec >>/logs/c.log; i=0; while [ ! -e /logs/stop ]; do echo "line $i of the container"; i=$((i+1)); done; echo $i >/logs/count';
        const flags = ['--name', name, '--network', 'none', '--volume', `${world.logs}:/logs`];
        try {
          await run('docker', ['run', '--detach', ...flags, images.base, 'sh', '-c', script]);
          await rotateOften('c.log', 5);
          await world.write('stop', '');
          await run('docker', ['wait', name]);
        } finally {
          await run('docker', ['rm', '--force', name]);
        }
        const count = Number(await readFile(world.path('count'), 'utf8'));
        await expectAllLines('c.log', count, (i) => `line ${i} of the container\n`);
      });
    });
  });

  const dueLog = async (text: string | Buffer) => {
    await world.write('a.log', text);
    await world.rotate();
    world.pass(7);
  };

  it('the rotated file ends with a whole line, what stays begins with a blank one', async () => {
    await dueLog(numbered(0, 20_000));
    const { rotated } = await world.rotate();
    expect(rotated).toEqual([{ file: 'a.log', to: 'a.log-20260309.gz', bytes: expect.any(Number) as number }]);
    const [old, rest] = [await world.text('a.log-20260309.gz'), await world.text('a.log')];
    expect(old.length).toBe(rotated[0]?.bytes);
    expect(rest).toMatch(/^[ \t]+\nline /);
    expect(old + rest.replace(/^[ \t]+\n/, '')).toBe(numbered(0, 20_000));
    expect(rest.length).toBeLessThan(8 * KIB);
  });

  it('the blank line is left out of the next rotated file', async () => {
    await dueLog(numbered(0, 20_000));
    await world.rotate();
    await appendFile(world.path('a.log'), numbered(20_000, 40_000));
    world.pass(7);
    await world.rotate();
    expect(await world.text('a.log-20260316.gz')).toMatch(/^line \d+ x*\nline /);
    await expectAllLines('a.log', 40_000);
  });

  it('a log of equal lines, half a line at its end, is cut once', async () => {
    const text = `${'same\n'.repeat(200_000)}half`;
    await dueLog(text);
    await world.rotate();
    const [old, rest] = [await world.text('a.log-20260309.gz'), await world.text('a.log')];
    expect(old + rest.replace(/^[ \t]+\n/, '')).toBe(text);
  });

  it('owner and permissions stay, also of the rotated file', async (context) => {
    needsRoot(context);
    await dueLog(numbered(0, 20_000));
    await chmod(world.path('a.log'), 0o640);
    await chown(world.path('a.log'), 1234, 2345);
    await world.rotate();
    for (const name of ['a.log', 'a.log-20260309.gz']) {
      expect(await stat(world.path(name))).toMatchObject({ uid: 1234, gid: 2345, mode: 0o100640 });
    }
  });

  it('without compression the rotated file has its plain name', async () => {
    await dueLog(numbered(0, 20_000));
    expect(await world.rotate({ rules: { compress: false } })).toMatchObject({ rotated: [{ to: 'a.log-20260309' }] });
    await expectAllLines('a.log', 20_000);
  });

  it('a log without a whole line, or whose writer does not append, is set aside', async () => {
    await dueLog(Buffer.alloc(600 * KIB, 'x'));
    expect(await world.rotate()).toMatchObject({ rotated: [{ to: 'a.log-20260309', bytes: 600 * KIB }] });
    expect(await world.text('a.log')).toBe('');

    const writer = await Writer.start(world.path('b.log'), 'w');
    let lines = 0;
    try {
      await until(async () => (await sizeOf(world.path('b.log'))) > 700 * KIB);
      await world.rotate();
      world.pass(7);
      expect(await world.rotate()).toMatchObject({ rotated: [{ to: 'b.log-20260316' }] });
    } finally {
      lines = await writer.stop();
    }
    await expectAllLines('b.log', lines);
  });

  it('a log that a person emptied after a run was killed stays as it is, and its copy is kept', async () => {
    await dueLog(numbered(0, 20_000));
    const heartbeat = (details: unknown) => {
      if ((details as { doing: string }).doing === 'name') throw new Error('cut short');
    };
    await expect(world.rotate({}, world.step({ heartbeat }))).rejects.toThrow('cut short');
    const file = await open(world.path('a.log'), 'r+');
    await file.truncate(0);
    await file.close();
    await appendFile(world.path('a.log'), 'new\n');
    await world.rotate();
    expect(await world.text('a.log')).toBe('new\n');
    expect(numbered(0, 20_000).startsWith(await world.text('a.log-20260309.gz'))).toBe(true);
  });
});
