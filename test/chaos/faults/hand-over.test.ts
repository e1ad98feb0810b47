/** The engine is killed in the middle of a hand-over: everything that takes part in it runs in containers. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed, vi } from 'vitest';
import { readHandOver } from '../../../activities/deployment/hand-over-order.js';
import { SecondEngine, whyNoSecondEngine } from '../../support/chaos/second-engine.js';
import { createBoxed, type Boxed } from '../../support/world/boxed.js';
import { expectNoHelper, expectReplaced, HAND_OVER, raise } from '../../support/world/boxed-in-vitest.js';
import { baseFile, waitFor } from '../../support/world/index.js';
import { withRestart } from '../pushes.js';

vi.setConfig({ testTimeout: 480_000, hookTimeout: 1_800_000 });

const why = await whyNoSecondEngine();

describe.skipIf(why !== undefined)('chaos/faults/hand-over', () => {
  describe.each([
    ['that ends the containers with it', false],
    ['with live-restore', true],
  ])('of an engine %s', (_, liveRestore) => defineTests(liveRestore));
});

function defineTests(liveRestore: boolean): void {
  let engine: SecondEngine;
  let boxed: Boxed;
  let round = 1;

  beforeAll(async () => {
    engine = await SecondEngine.make({ ownRun: true, liveRestore });
    boxed = await createBoxed({
      name: 'killed',
      env: { DOCKER_HOST: engine.host },
      files: (files) => withRestart(files, 'always'),
    });
    const image = await boxed.image('1');
    await boxed.world.pushSettings(boxed.settings(image), 'Run the scheduler in a container');
    await boxed.begin(image);
  });
  beforeEach(() => {
    onTestFailed(() => boxed.tellTails());
  });
  afterAll(async () => {
    await boxed?.destroy();
    await engine?.remove();
  });

  /** As after a crash of the engine, whose service manager starts it again. */
  async function killEngine(): Promise<void> {
    await engine.kill9();
    await engine.start();
  }

  it.each(Object.keys(HAND_OVER) as (keyof typeof HAND_OVER)[])('when %s: the worker is replaced', async (at) => {
    round += 1;
    const raised = await raise(boxed, await boxed.image(`engine-${round}`));
    await HAND_OVER[at](boxed, raised);
    await killEngine();
    await expectReplaced(boxed, raised);
  });

  it('when a crashing worker is being put back: the former one is', async () => {
    const program = '/usr/local/lib/birdkeeper/dist/bin/birdkeeper.js';
    const crashing = await boxed.image('crashing', `RUN echo 'process.exit(4)' > ${program}`);
    const { number, commit, former } = await raise(boxed, crashing);
    const stack = await boxed.world.recorded();
    const isPuttingBack = async () => (await readHandOver(stack, number))?.message !== undefined;
    await waitFor('the putting back', isPuttingBack, { every: 5, within: 90_000 });
    await killEngine();
    expect(await boxed.world.waitForCommit('private', commit, { within: 300_000 })).toMatchObject({
      outcome: 'rolled back',
    });
    expect((await boxed.workers()).map(({ imageId, state }) => ({ imageId, state }))).toEqual([
      { imageId: former.imageId, state: 'running' },
    ]);
    await expectNoHelper(boxed);
  });

  it('and afterwards it deploys as ever', async () => {
    await boxed.world.push('platform', withRestart(baseFile({ version: 'after' }), 'always'), 'Change the page');
    const next = await boxed.world.releaseSettings(boxed.settings(`${boxed.world.project}-worker:1`), 'Go on');
    expect(await boxed.world.waitForCommit('private', next)).toMatchObject({ outcome: 'deployed' });
    expect(await boxed.world.get('web')).toBe('version after');
  });
}
