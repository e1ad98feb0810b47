import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { appendFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fill, makeRoom, mountSmall } from '../../support/chaos/mounts.js';
import { baseFile, createWorld, type World } from '../../support/world/index.js';
import { deployed, idle } from '../../support/world/in-vitest.js';

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });

/** A deployment that works writes within this time. */
const FULL_MS = 20_000;
const SMALL_DISK = "export BIRDKEEPER_MIN_FREE_DISK_MB='1'";

const PAGE = 4096;

/** A full file system still takes what fits into the last page of a file. */
async function fillLastPage(file: string): Promise<void> {
  const { size } = await stat(file);
  await appendFile(file, '\n'.repeat(PAGE - (size % PAGE)));
}

describe.skipIf(process.getuid?.() !== 0)('chaos/faults/disk', () => {
  let world: World;

  beforeAll(async () => {
    world = await createWorld({ name: 'disk', settings: { extra: [SMALL_DISK] } });
    await mountSmall(world.parts.settings.logDirectory, 4);
    await mountSmall(world.stateDirectory, 96);
    await deployed(world);
  });
  afterAll(() => world?.destroy());

  it('a log directory without room costs nothing but the lines', async () => {
    await idle(world);
    await fillLastPage(join(world.parts.settings.logDirectory, 'autodeploy.log'));
    await fill(world.parts.settings.logDirectory);
    const commit = await world.release('platform', baseFile({ version: 'unlogged' }), 'Change the page');
    expect(await world.waitForCommit('platform', commit)).toMatchObject({ outcome: 'deployed' });
    expect(await world.upkeep.printed()).toMatch(/ENOSPC|no space/i);
    await makeRoom(world.parts.settings.logDirectory);
    const next = await world.release('platform', baseFile({ version: 'logged' }), 'Change the page again');
    const { number } = await world.waitForCommit('platform', next);
    expect(await world.autodeployLog()).toContain(`[${world.project} ${number} end] deployed`);
  });

  it('a state directory without room: said, nothing is lost, and with room it goes on by itself', async () => {
    await idle(world);
    const heads = await world.checkedOut();
    await fill(world.stateDirectory);
    const commit = await world.push('platform', baseFile({ version: 'full' }), 'Change the page');
    // The server's own file is on this disk too: it may refuse.
    await world.look().catch(() => undefined);
    await sleep(FULL_MS);
    const told = `${await world.upkeep.printed()}${(await world.cli(['status'])).stdout}`;
    expect(told).toMatch(/ENOSPC|no space|disk is full/i);
    expect(await world.checkedOut()).toEqual(heads);
    await makeRoom(world.stateDirectory);
    if (!world.upkeep.isRunning) await world.up();
    await world.look().catch(() => undefined);
    expect(await world.waitForCommit('platform', commit, { within: 240_000 })).toMatchObject({ outcome: 'deployed' });
    expect(await world.get('web')).toBe('version full');
    expect(await world.cli(['check', '--exit-code'])).toMatchObject({ status: 0 });
  });
});
