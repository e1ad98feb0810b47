import { stat } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { KIB, lineOf, until, World, Writer } from './world.js';

const sizeOf = async (path: string): Promise<number> => (await stat(path).catch(() => ({ size: 0 }))).size;

describe('activities/log-rotation/cut', () => {
  let world: World;
  beforeEach(async () => void (world = await World.make()));
  afterEach(() => world.remove());

  it('a process that writes at full speed through one descriptor loses no line in many rotations', async () => {
    const log = world.path('busy.log');
    const writer = await Writer.start(log);
    let lines = 0;
    try {
      await until(async () => (await sizeOf(log)) > 0);
      await world.rotate();
      for (let i = 0; i < 5; i += 1) {
        await until(async () => (await sizeOf(log)) > 700 * KIB);
        world.pass(7);
        expect(await world.rotate()).toMatchObject({ rotated: [{ file: 'busy.log' }], removed: [], skipped: 0 });
      }
    } finally {
      lines = await writer.stop();
    }
    expect((await world.names()).length).toBe(6);
    const found = await world.lines('busy.log');
    expect(found.length).toBe(lines);
    expect(found.findIndex((line, i) => `${line}\n` !== lineOf(i))).toBe(-1);
  });
});
