import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startFaultyProxy, type Fault, type FaultyProxy } from '../../support/chaos/faulty-proxy.js';
import { apiTag, createWorld, waitFor, type World } from '../../support/world/index.js';
import { deployed, idle } from '../../support/world/in-vitest.js';

/** Longer than a limited registry is left alone. */
const PATIENCE_MS = 720_000;
vi.setConfig({ testTimeout: PATIENCE_MS + 60_000, hookTimeout: 300_000 });

/** The registry in the name of an image of the sample. */
const OF_IMAGE = /127\.0\.0\.1:\d+(?=\/bkw-)/g;
const FAULTS: readonly [string, Fault, number][] = [
  // To HEAD and to the GET that the engine tries then: a pull that ends so is waited out for ten minutes.
  ['that answers 429', { status: 429 }, 2],
  ['that answers 500', { status: 500 }, 3],
  // The engine itself asks again some times; what is left for us is the end of its patience.
  ['that breaks off in the middle of a layer', 'half', 12],
];

describe('chaos/faults/registry', () => {
  let world: World;
  let proxy: FaultyProxy;
  const through = (registry: string): string => {
    proxy.forwardTo(registry);
    return proxy.host;
  };

  beforeAll(async () => {
    proxy = await startFaultyProxy();
    world = await createWorld({
      name: 'registry',
      files: (files) =>
        Object.fromEntries(
          Object.entries(files).map(([path, text]) => [path, text.replace(OF_IMAGE, (real) => through(real))]),
        ),
    });
    await deployed(world);
    for (const tag of ['2.0', '2.1', '2.2']) await world.images.publishApi(tag);
  });
  afterAll(async () => {
    await world?.destroy();
    await proxy?.stop();
  });

  for (const [index, [what, fault, times]] of FAULTS.entries()) {
    it(`a registry ${what} is asked again, and nothing was stopped meanwhile`, async () => {
      await idle(world);
      const before = await world.state();
      const temporal = await world.temporal();
      const { nextNumber: number } = await temporal.keeper();
      proxy.spoil(fault, times);
      await world.release('platform', apiTag(`2.${index}`), `Raise api to 2.${index}`);
      await waitFor('a wrong answer', () => proxy.spoilt > 0, { every: 20 });
      if (proxy.spoilt < times) expect(await world.state()).toEqual(before);
      expect(await world.waitForOutcome(number, { within: PATIENCE_MS })).toMatchObject({ outcome: 'deployed' });
      expect(proxy.spoilt).toBe(times);
      expect(await world.autodeployLog()).toMatch(new RegExp(`${number} pull\\] .*It is tried again in`));
      expect(await world.get('api')).toBe(`api 2.${index}`);
    });
  }
});
