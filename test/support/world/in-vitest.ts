/** A world for all tests of a file: made before the first, removed after the last, whatever happened. */
import { afterAll, beforeAll, beforeEach, onTestFailed, vi } from 'vitest';
import { createWorld, type WorldOptions } from './index.js';
import { waitFor } from './wait.js';
import type { World } from './world.js';

const TEST_LIMIT_MS = 240_000;

/**
 * Call it at the top of a file. `start` brings the world into the state that the tests begin with. Returns how to reach
 * it: it is there once the tests run.
 */
export function useWorld(options: WorldOptions, start: (world: World) => Promise<void> = deployed): () => World {
  vi.setConfig({ testTimeout: TEST_LIMIT_MS, hookTimeout: TEST_LIMIT_MS });
  let world: World | undefined;
  const reach = () => {
    if (world === undefined) throw new Error('the world is made by beforeAll: reach it inside a test');
    return world;
  };
  beforeAll(async () => {
    world = await createWorld(options);
    await start(world).catch(async (error: unknown) => {
      throw new Error(`${String(error)}\n${await reach().tails()}`);
    });
  });
  beforeEach(() => {
    onTestFailed(async () => {
      console.error(await reach().tails());
    });
  });
  afterAll(() => world?.destroy());
  return reach;
}

/** `up`, and the first deployment is done. */
export async function deployed(world: World): Promise<void> {
  await world.up();
  const first = await world.waitForOutcome(1);
  if (first.outcome !== 'deployed') throw new Error(`the first deployment ended ${first.outcome}: ${first.message}`);
}

/** Waits until the keeper has nothing to do. */
export async function idle(world: World): Promise<void> {
  const temporal = await world.temporal();
  await waitFor('an idle keeper', async () => {
    const { running, queued } = await temporal.keeper();
    return running === undefined && queued.length === 0;
  });
}
