/** Makes the histories of a real stack that are missing, with a worker that was killed; see README.md. */
import { access, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, it } from 'vitest';
import { apiTag, waitFor } from '../support/world/index.js';
import { idle, useWorld } from '../support/world/in-vitest.js';
import { renamed, scrub } from './scrub.js';

const directory = fileURLToPath(new URL('histories/', import.meta.url));

/** What each run is a history of, by the end of its workflow id. */
const NAMES: Readonly<Record<string, string>> = {
  '/1': 'deployStack.real-first',
  '/2': 'deployStack.real-killed-in-apply',
  '/3': 'deployStack.real-rolled-back',
};

describe('records of a real stack', () => {
  const world = useWorld({ name: 'record' });

  it('a first deployment, one whose worker is killed, one that is rolled back, and their keeper', async () => {
    await world().images.publishApi('2.0');
    await world().release('platform', apiTag('2.0'), 'Raise api');
    await waitFor('apply', async () => (await (await world().recorded()).intent())?.reached === 'apply', { every: 5 });
    await world().kill9();
    await world().up();
    expect(await world().waitForOutcome(2)).toMatchObject({ outcome: 'deployed' });
    await world().images.publishApi('crashing', 'crashing');
    await idle(world());
    await world().release('platform', apiTag('crashing'), 'Break api');
    expect(await world().waitForOutcome(3)).toMatchObject({ outcome: 'rolled back' });
    await idle(world());

    const { dir, project, images } = world().parts;
    const names = { [dir]: '/srv', [images.api]: 'registry.example.org/sample/api', [project]: 'sample' };
    const histories = await (await world().temporal()).histories();
    // Of several runs of one name the longest is kept.
    histories.sort((a, b) => (b.history.events?.length ?? 0) - (a.history.events?.length ?? 0));
    for (const { workflowId, type, history } of histories) {
      const end = /\/\d+$/.exec(workflowId)?.[0] ?? '';
      const name = type === 'deployStack' ? NAMES[end] : `${type}.real`;
      if (name === undefined || (await isThere(name))) continue;
      const text = JSON.stringify(scrub(renamed(JSON.parse(historyToJSON(history)), names)), null, 1);
      await writeFile(`${directory}${name}.json`, `${text}\n`);
    }
  });
});

const isThere = (name: string): Promise<boolean> =>
  access(`${directory}${name}.json`).then(
    () => true,
    () => false,
  );
