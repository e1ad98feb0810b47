/** Makes the histories that are missing; see README.md. */
import { access, mkdir, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { afterAll, beforeAll, describe, it } from 'vitest';
import { startTemporalWorld, type TemporalWorld } from '../support/temporal-world.js';
import { aGate, SCENARIOS } from './scenarios.js';
import { scrub } from './scrub.js';

const directory = fileURLToPath(new URL('histories/', import.meta.url));
const isThere = (path: string) =>
  access(path).then(
    () => true,
    () => false,
  );

let world: TemporalWorld;
beforeAll(async () => {
  await mkdir(directory, { recursive: true });
  world = await startTemporalWorld();
});
afterAll(() => world.close());

describe('records', () => {
  it.each(Object.entries(SCENARIOS))('%s', async (name, scenario) => {
    const path = `${directory}${name}.json`;
    if (await isThere(path)) return;
    const ref = world.newStack(name.toLowerCase());
    const gate = aGate();
    const history = await world.serving(ref, scenario.activities(gate), async () => {
      try {
        return await (await scenario.run(world, ref, gate)).fetchHistory();
      } finally {
        gate.open();
      }
    });
    await writeFile(path, `${JSON.stringify(scrub(JSON.parse(historyToJSON(history))), null, 1)}\n`);
  });
});
