import { afterEach, describe, expect, it } from 'vitest';
import { createRunLog } from '../../../../worker/deployment-log.js';
import { TMPFS, World } from './world.js';

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe('activities/log-rotation/index', () => {
  let world: World | undefined;
  afterEach(() => world?.remove());

  it.each([
    ['cut', undefined],
    ['set aside', TMPFS],
  ])('lines that a worker writes to a log of its own are in it once, in order, when it is %s', async (_, parent) => {
    world = await World.make(parent);
    const log = createRunLog({
      directory: world.logs,
      file: 'autodeploy.log',
      format: 'json',
      redact: (text) => text,
      onProblem: (problem) => expect.fail(problem),
    });
    const key = { stack: 'birds', run: '7' };
    const frame = { ...key, startedAt: world.now, about: 'a push' };
    let [written, on] = [0, true];
    log.openFrame(frame);
    const writing = (async () => {
      for (; on; await turn()) {
        for (let i = 0; i < 20; i += 1) log.line(key, 'apply', `line ${(written += 1)} ${'x'.repeat(50)}`);
      }
    })();
    await world.rotate();
    for (let week = 0; week < 4; week += 1) {
      const before = written;
      while (written < before + 6000) await turn();
      world.pass(7);
      expect((await world.rotate()).rotated).toHaveLength(1);
    }
    on = false;
    await writing;
    log.closeFrame(frame);
    const messages = (await world.lines('autodeploy.log')).flatMap((line) => /"line (\d+) /.exec(line)?.[1] ?? []);
    expect(messages).toEqual(Array.from({ length: written }, (__, i) => String(i + 1)));
  });
});
