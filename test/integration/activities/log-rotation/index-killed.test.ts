import { stat } from 'node:fs/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Point } from '../../../../activities/log-rotation/run.js';
import { compileProduct, type Compiled } from '../../../support/compiled.js';
import { endOf, startRun } from './killed-run.js';
import { KIB, lineOf, numbered, until, World, Writer } from './world.js';

const WITHOUT_CUT = '/dev/shm';

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
        world = await World.make(WITHOUT_CUT);
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

  it('killed at any moment of the copy, the next run leaves each line once', async () => {
    const text = numbered(0, 400_000);
    await world.write('big.log', text);
    await world.rotate();
    world.pass(7);
    let killed = 0;
    for (let wait = 150; wait < 900; wait += 60) {
      const child = startRun(compiled, world, {});
      const timer = setTimeout(() => child.kill('SIGKILL'), wait);
      if ((await endOf(child)) === 'SIGKILL') killed += 1;
      clearTimeout(timer);
      if ((await world.names()).includes('big.log-20260309.gz')) break;
    }
    expect(killed).toBeGreaterThan(2);
    await world.rotate();
    await expectAllLines('big.log', 400_000);
    expect(await world.names()).toEqual(['big.log', 'big.log-20260309.gz']);
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
