/** A Temporal world for all tests of a file: made before the first, closed after the last. */
import { afterAll, beforeAll } from 'vitest';
import { startTemporalWorld, type TemporalWorld } from './temporal-world.js';

const START_MS = 180_000;

/** Call it at the top of a file. Returns how to reach the world: it is there once the tests run. */
export function useTemporalWorld(): () => TemporalWorld {
  let world: TemporalWorld | undefined;
  beforeAll(async () => {
    world = await startTemporalWorld();
  }, START_MS);
  afterAll(() => world?.close());
  return () => {
    if (world === undefined) throw new Error('the world is made by beforeAll: reach it inside a test');
    return world;
  };
}
