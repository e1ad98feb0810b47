import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { PROBE_NAME } from '../../../../activities/log-rotation/names.js';
import type { Point } from '../../../../activities/log-rotation/run.js';
import { compileProduct, type Compiled } from '../../../support/compiled.js';
import { endOf, startRun } from './killed-run.js';
import { KIB, lineOf, numbered, TMPFS, until, World, Writer } from './world.js';

describe('activities/log-rotation/index', () => {
  let compiled: Compiled;
  let world: World;
  beforeAll(async () => void (compiled = await compileProduct()));
  afterAll(() => compiled.remove());
  beforeEach(async () => void (world = await World.make()));
  afterEach(() => world.remove());

  async function expectAllLines(log: string, count: number): Promise<void> {
    const found = await world.lines(log);
    expect(found.length).toBe(count);
    expect(found.findIndex((line, i) => `${line}\n` !== lineOf(i))).toBe(-1);
  }
  const scratch = async () => (await world.names()).filter((name) => name.startsWith('.'));

  describe('killed by SIGKILL while something writes, the next run leaves each line once', () => {
    it.each<Point>(['copy', 'cut', 'collapse', 'name', 'note'])('before the step "%s" of a cut', async (point) => {
      const log = world.path('busy.log');
      const writer = await Writer.start(log);
      let lines = 0;
      try {
        await until(async () => (await stat(log).catch(() => ({ size: 0 }))).size > 600 * KIB);
        await world.rotate();
        world.pass(7);
        expect(await endOf(startRun(compiled, world, { before: point }))).toBe('SIGKILL');
        await world.rotate();
      } finally {
        lines = await writer.stop();
      }
      await expectAllLines('busy.log', lines);
      expect(await scratch()).toEqual([]);
      expect(await world.names()).toHaveLength(2);
    });

    it.each<Point>(['rename', 'create', 'note', 'compress', 'replace', 'remove'])(
      'before the step "%s" where logs are set aside',
      async (point) => {
        await world.remove();
        world = await World.make(TMPFS);
        const log = world.path('busy.log');
        const writer = await Writer.start(log);
        let lines = 0;
        try {
          await until(async () => (await stat(log).catch(() => ({ size: 0 }))).size > 600 * KIB);
          await world.rotate();
          world.pass(7);
          await endOf(startRun(compiled, world, { before: point }));
          await world.rotate();
        } finally {
          lines = await writer.stop();
        }
        // Seen with what the writer added, then quiet for a week.
        await world.rotate();
        world.pass(8);
        await endOf(startRun(compiled, world, { before: point }));
        expect(await world.rotate()).toBeDefined();
        await expectAllLines('busy.log', lines);
        expect(await world.names()).toEqual(['busy.log', 'busy.log-20260309.gz']);
      },
    );
  });

  it.each(['rename', 'create', 'note', 'signal'] as const)(
    'killed before the step "%s" of logs of nginx, the next run tells nginx',
    async (point) => {
      await world.write('access.log', numbered(0, 1000));
      expect(await endOf(startRun(compiled, world, { before: point, nginx: true }))).toBe('SIGKILL');
      let signals = 0;
      const signalNginx = async () => void (signals += 1);
      const create = { mode: 0o640, uid: process.getuid?.() ?? 0, gid: process.getgid?.() ?? 0 };
      const nginx = { directory: world.logs, rules: { minimumBytes: 1 }, create, signalNginx };
      await world.rotate({ logDir: world.path('none'), nginx });
      expect(signals).toBe(1);
      expect(await world.names()).toEqual(['access.log', 'access.log-20260302']);
      await expectAllLines('access.log', 1000);
    },
  );

  it('killed in the middle of compressing, the next run leaves each line once', async () => {
    const text = randomBytes(15_000_000).toString('base64').replaceAll(/.{76}/g, '$&\n');
    await world.write('big.log', text);
    await world.rotate();
    world.pass(7);
    for (const reached of [1, 2_000_000, 8_000_000]) {
      const child = startRun(compiled, world, {});
      const ended = endOf(child);
      await until(async () => {
        const [name] = (await scratch()).filter((found) => found !== PROBE_NAME);
        return name !== undefined && (await stat(world.path(name))).size >= reached;
      });
      child.kill('SIGKILL');
      expect(await ended).toBe('SIGKILL');
      expect(await world.names()).toEqual([expect.stringMatching(/^\.birdkeeper-/), 'big.log']);
    }
    await world.rotate();
    expect(await world.names()).toEqual(['big.log', 'big.log-20260309.gz']);
    const rest = (await world.text('big.log')).replace(/^[ \t]+\n/, '');
    expect((await world.text('big.log-20260309.gz')) + rest === text).toBe(true);
  });

  it.each<Point>(['copy', 'cut', 'collapse', 'name', 'note'])(
    'a failure at "%s" of one log is named, the others are rotated, the next run finishes',
    async (point) => {
      for (const name of ['a.log', 'b.log', 'c.log']) await world.write(name, numbered(0, 20_000));
      await world.rotate();
      world.pass(7);
      const heartbeat = (details: unknown) => {
        const { doing, file } = details as { doing: Point; file: string };
        if (doing === point && file === 'b.log') throw new Error('the disk says no');
      };
      const failed = world.rotate({}, world.step({ heartbeat }));
      await expect(failed).rejects.toMatchObject({ name: 'StepFailure', type: 'ApplyFailed' });
      await expect(failed).rejects.toThrow(/b\.log in .* \(the disk says no\)/);
      await expectAllLines('a.log', 20_000);
      await expectAllLines('c.log', 20_000);
      await world.rotate();
      await expectAllLines('b.log', 20_000);
      expect(await world.names()).toHaveLength(6);
    },
  );
});
