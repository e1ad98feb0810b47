import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { isLost, untilLost } from '../../../worker/lost-socket.js';

let dir: string;
beforeEach(async () => {
  dir = await mkdtemp(join(tmpdir(), 'birdkeeper-socket-'));
  await writeFile(join(dir, 'host'), '');
  await writeFile(join(dir, 'mounted'), '');
});
afterEach(async () => {
  spawnSync('umount', [join(dir, 'mounted')]);
  await rm(dir, { recursive: true, force: true });
});

const isRoot = process.getuid?.() === 0;

describe('worker/lost-socket', () => {
  it('is not lost where it is, and where there is none', async () => {
    expect(await isLost(join(dir, 'host'))).toBe(false);
    expect(await isLost(join(dir, 'none'))).toBe(false);
  });

  it.skipIf(!isRoot)('is lost when its name is taken away beneath a mount of it, and made anew', async () => {
    const mounted = join(dir, 'mounted');
    execFileSync('mount', ['--bind', join(dir, 'host'), mounted]);
    const until = untilLost(mounted, new AbortController().signal, 20);
    expect(await isLost(mounted)).toBe(false);
    await rm(join(dir, 'host'));
    await writeFile(join(dir, 'host'), '');
    expect(await until).toBe(true);
  });

  it('is looked at until the end', async () => {
    const end = new AbortController();
    const until = untilLost(join(dir, 'host'), end.signal, 60_000);
    end.abort();
    expect(await until).toBe(false);
  });
});
