import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { processStart } from '../../../activities/shared/process.js';
import { listenAt } from '../../../activities/shared/socket.js';
import { takePlace } from '../../../worker/only-one.js';

let state: string;
beforeEach(async () => {
  state = await mkdtemp(join(tmpdir(), 'birdkeeper-place-'));
});
afterEach(() => rm(state, { recursive: true, force: true }));

/** Our parent lives as long as this test. */
const heldBy = (pid: number, pidStart: string) =>
  writeFile(join(state, 'up.json'), JSON.stringify({ pid, pidStart, since: '2026-01-01T00:00:00Z' }));

describe('worker/only-one', () => {
  it('refuses a place that a living process holds, and names it', async () => {
    await heldBy(process.ppid, (await processStart(process.ppid)) ?? '');
    await expect(takePlace(state)).rejects.toThrow(`process ${process.ppid}, since 2026-01-01T00:00:00Z`);
  });

  it('takes a place whose holder is gone and whose number is used again', async () => {
    await heldBy(process.ppid, '1');
    await expect(takePlace(state)).resolves.toBeTypeOf('function');
  });

  it('gives the place back', async () => {
    await (
      await takePlace(state)
    )();
    expect(await readdir(state)).toEqual([]);
  });

  describe('held by a process in another container, whose number says nothing here', () => {
    const elsewhere = '4711@1';

    it('refuses as long as that one answers on its socket', async () => {
      await heldBy(process.pid, elsewhere);
      const server = await listenAt(join(state, 'worker.sock'));
      await expect(takePlace(state)).rejects.toThrow('birdkeeper runs on this host already');
      server.close();
    });

    it('takes the place when nobody answers, also where a killed process left its socket', async () => {
      await heldBy(process.ppid, elsewhere);
      await writeFile(join(state, 'worker.sock'), '');
      await expect(takePlace(state)).resolves.toBeTypeOf('function');
    });
  });
});
