/** The worker of the production form replaces itself by a push to the very stack that it is part of. */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { PRODUCTION_FILE, workerImageOf } from '../../scripts/production/versions.mjs';
import { StateDirectory } from '../../activities/state/index.js';
import { tell, useProduction } from '../support/production/in-vitest.js';
import { FILE, productionFiles, repositoryRoot } from '../support/production/stack.js';
import { WORLD_LABEL } from '../support/world/containers.js';
import { baseFile, waitFor } from '../support/world/index.js';
import { output } from '../support/world/programs.js';

describe('production/replaced', () => {
  const production = useProduction('prodself');

  /** An image like the worker's, which differs by its label, and `lines`. */
  async function nextImage(word: string, ...lines: string[]): Promise<string> {
    const { project, parts } = production().world;
    const from = workerImageOf(join(repositoryRoot(), PRODUCTION_FILE));
    const tag = `${project}-next:${word}`;
    const context = await mkdtemp(join(tmpdir(), `${project}-next-`));
    try {
      const dockerfile = [`FROM ${from}`, `LABEL ${WORLD_LABEL}=${project} word=${word}`, ...lines, ''];
      await writeFile(join(context, 'Dockerfile'), dockerfile.join('\n'));
      await output('docker', ['build', '--quiet', '--network', 'none', '--tag', tag, context], { env: parts.env });
    } finally {
      await rm(context, { recursive: true });
    }
    return tag;
  }

  async function pushImage(image: string) {
    const { stack, world } = production();
    const temporal = await production().temporal(stack.project);
    try {
      const number = await waitFor('an idle keeper', async () => {
        const { running, queued, nextNumber } = await temporal.keeper();
        return running === undefined && queued.length === 0 && nextNumber;
      });
      const files = await productionFiles();
      const named = workerImageOf(join(repositoryRoot(), PRODUCTION_FILE));
      await stack.developer.push({ [FILE]: (files[FILE] ?? '').replace(`:-${named}}`, `:-${image}}`) }, `Run ${image}`);
      await temporal.trigger('autodeploy');
      return await waitFor(
        `the end of deployment ${number}`,
        async () => {
          const recorded = await new StateDirectory(world.stateDirectory).stack(stack.project);
          return (await recorded.deployments()).find((each) => each.number === number);
        },
        { within: 300_000 },
      );
    } finally {
      await temporal.close();
    }
  }

  it('the new worker finishes the deployment that replaced the former one, and serves every stack', async () => {
    const { stack, world } = production();
    await stack.birdkeeper('up', '--stack', stack.directory);
    const before = await stack.containers();
    const record = await pushImage(await nextImage('good'));
    expect(record, record.message).toMatchObject({ outcome: 'deployed', services: [{ service: 'worker' }] });
    const others = (containers: typeof before) => containers.filter(({ service }) => service !== 'worker');
    expect(others(await stack.containers())).toEqual(others(before));
    tell(
      `deployment that replaced the worker: ${(Date.parse(record.endedAt) - Date.parse(record.startedAt)) / 1000} s`,
    );
    const { number } = await production().push(baseFile({ version: '2' }), 'Show 2');
    expect(await production().ended(number)).toMatchObject({ outcome: 'deployed' });
    expect(await world.get('web')).toBe('version 2');
  });

  it('a worker that crashes at start: the former one is put back', async () => {
    const { stack } = production();
    const { imageId } = await stack.container('worker');
    const crash = `RUN printf '%s\\n' '#!/usr/bin/env node' 'process.exit(7)' > /usr/local/lib/birdkeeper/dist/bin/birdkeeper.js`;
    const record = await pushImage(await nextImage('crashing', crash));
    expect(record, record.message).toMatchObject({ outcome: 'rolled back' });
    expect(record.message).toMatch(/The new worker \(service worker\) does not poll/);
    expect((await stack.container('worker')).imageId).toBe(imageId);
    await stack.allHealthy();
  });
});
