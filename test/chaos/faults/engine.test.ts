import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { setTimeout as sleep } from 'node:timers/promises';
import { fill, freeBytes, makeRoom, mountSmall } from '../../support/chaos/mounts.js';
import { SecondEngine, whyNoSecondEngine } from '../../support/chaos/second-engine.js';
import { apiTag, baseFile, createWorld, waitFor, type World } from '../../support/world/index.js';
import { deployed, idle } from '../../support/world/in-vitest.js';
import { expectSound } from '../../support/world/sound.js';

const MEGABYTES = 96;
const HANG_MS = 25_000;
/** Less than that is what the engine itself runs into, which is what is tried here. */
const SMALL_DISK = "export BIRDKEEPER_MIN_FREE_DISK_MB='0'";

vi.setConfig({ testTimeout: 300_000, hookTimeout: 300_000 });
const why = await whyNoSecondEngine();

describe.skipIf(why !== undefined)('chaos/faults/engine', () => {
  let engine: SecondEngine;
  let world: World;

  beforeAll(async () => {
    engine = await SecondEngine.make({ prepareData: (path) => mountSmall(path, MEGABYTES) });
    world = await createWorld({ name: 'engine', env: { DOCKER_HOST: engine.host }, settings: { extra: [SMALL_DISK] } });
    await world.images.publishApi('1.1');
    await deployed(world);
  });
  afterAll(async () => {
    await world?.destroy();
    await engine?.remove();
  });

  it('an engine that hangs while services settle is waited for, and the release is good', async () => {
    await idle(world);
    const temporal = await world.temporal();
    const { nextNumber: number } = await temporal.keeper();
    await world.release('platform', baseFile({ version: 'hung' }), 'Change the page');
    await waitFor('settle', async () => (await temporal.deployment(number)).phase === 'settle', { every: 20 });
    await engine.freeze();
    try {
      const began = Date.now();
      const status = await world.cli(['status']);
      expect(Date.now() - began).toBeLessThan(45_000);
      expect(`${status.stdout}${status.stderr}`).toMatch(/Health is not known\..*Engine/);
      await sleep(Math.max(0, HANG_MS - (Date.now() - began)));
    } finally {
      await engine.thaw();
    }
    expect(await world.waitForOutcome(number)).toMatchObject({ outcome: 'deployed' });
    expect(await world.get('web')).toBe('version hung');
  });

  it('an engine without room for an image: nothing moved, the disk is named, and with room it is deployed', async () => {
    await idle(world);
    const [heads, before] = [await world.checkedOut(), await world.state()];
    await fill(engine.dataRoot);
    const commit = await world.release('platform', apiTag('1.1'), 'Raise api to 1.1');
    const record = await world.waitForCommit('platform', commit);
    expect(record).toMatchObject({ outcome: 'failed' });
    expect(record.message).toMatch(/room|space/i);
    expect(record.message).toMatch(/disk|data directory|free/i);
    expect(await world.checkedOut()).toEqual(heads);
    expect(await world.state()).toEqual(before);
    await makeRoom(engine.dataRoot);
    expect(await freeBytes(engine.dataRoot)).toBeGreaterThan(10_000_000);
    expect(await world.cli(['deploy', '--wait'], { limit: 120_000 })).toMatchObject({ status: 0 });
    expect(await world.get('api')).toBe('api 1.1');
  });

  it('what all of these runs wrote replays, is small and holds no secret', () => expectSound(world));
});
