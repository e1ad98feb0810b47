/** The worker in a container, as the component `scheduler` runs it, and how it replaces itself. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed, vi } from 'vitest';
import { readHandOver } from '../../activities/deployment/hand-over-order.js';
import type { EngineContainer } from '../../activities/docker/types.js';
import { bundleFromSources } from '../support/temporal-world.js';
import { createBoxed, type Boxed } from '../support/world/boxed.js';
import { baseFile, waitFor } from '../support/world/index.js';
import { idle } from '../support/world/in-vitest.js';

vi.setConfig({ testTimeout: 400_000, hookTimeout: 1_800_000 });

describe('container', () => {
  let boxed: Boxed;
  let round = 1;
  /** The image that the worker runs. */
  let good: string;

  beforeAll(async () => {
    boxed = await createBoxed({ name: 'box' });
    const image = await boxed.image('1');
    await boxed.world.pushSettings(boxed.settings(image), 'Run the scheduler in a container');
    await boxed.begin(image);
    good = image;
  });
  beforeEach(() => {
    onTestFailed(() => boxed.tellTails());
  });
  afterAll(() => boxed.destroy());

  /** Pushes another image for the worker, whose deployment is looked at as it goes. */
  async function raise(image: string): Promise<{ number: number; commit: string; former: EngineContainer }> {
    const { world } = boxed;
    await idle(world);
    const [former] = await boxed.workers();
    if (!former) throw new Error('no worker runs');
    const { nextNumber } = await (await world.temporal()).keeper();
    const commit = await world.releaseSettings(boxed.settings(image), `Run ${image}`);
    return { number: nextNumber, commit, former };
  }

  async function expectReplaced(commit: string, former: EngineContainer): Promise<void> {
    expect(await boxed.world.waitForCommit('private', commit, { within: 180_000 })).toMatchObject({
      outcome: 'deployed',
      services: [{ service: 'scheduler' }],
    });
    const workers = await boxed.workers();
    expect(workers).toHaveLength(1);
    expect(workers[0]?.id).not.toBe(former.id);
    await expectNothingLeft();
    good = await boxed.docker('inspect', '--format', '{{.Config.Image}}', boxed.name);
  }

  async function expectPutBack(commit: string, former: EngineContainer, why: RegExp): Promise<void> {
    const record = await boxed.world.waitForCommit('private', commit, { within: 300_000 });
    expect(record).toMatchObject({ outcome: 'rolled back' });
    expect(record.message).toMatch(why);
    const workers = await boxed.workers();
    expect(workers.map(({ imageId, state }) => ({ imageId, state }))).toEqual([
      { imageId: former.imageId, state: 'running' },
    ]);
    await expectNothingLeft();
    // It works: what mends it is deployed, and touches nothing, since the former image runs.
    const next = await boxed.world.releaseSettings(boxed.settings(good), 'Take the image back');
    expect(await boxed.world.waitForCommit('private', next)).toMatchObject({ outcome: 'deployed', services: [] });
  }

  async function expectNothingLeft(): Promise<void> {
    const { project } = boxed.world;
    expect(await boxed.docker('ps', '-aq', '--filter', `label=birdkeeper.hand-over.stack=${project}`)).toBe('');
  }

  it('deploys a push from within', async () => {
    const commit = await boxed.world.release('platform', baseFile({ version: '2' }), 'Say version 2');
    expect(await boxed.world.waitForCommit('platform', commit)).toMatchObject({ outcome: 'deployed' });
    expect(await boxed.world.get('web')).toBe('version 2');
    expect((await boxed.cli('check')).stdout).toMatch(/^up to date/);
  });

  it('scenario 22: a push that changes the worker is deployed, and the new worker finishes it', async () => {
    const { commit, former } = await raise(await boxed.image('2'));
    await expectReplaced(commit, former);
  });

  describe('with a kill', () => {
    const isRunning = (container: EngineContainer | undefined) => container?.state === 'running';
    /** Where the hand-over is, and who is killed there. */
    const points: {
      at: string;
      is: (number: number, former: string) => Promise<boolean>;
      victim: (number: number) => Promise<string>;
    }[] = [
      {
        at: 'of the helper as it begins',
        is: async (number) => isRunning(await boxed.helper(number)),
        victim: async (number) => (await boxed.helper(number))?.id ?? '',
      },
      {
        at: 'of the helper while no worker runs',
        is: async (_, former) => !(await boxed.workers()).some((one) => one.id === former && isRunning(one)),
        victim: async (number) => (await boxed.helper(number))?.id ?? '',
      },
      {
        at: 'of the helper when the new worker begins',
        is: async (_, former) => (await boxed.workers()).some((one) => one.id !== former && isRunning(one)),
        victim: async (number) => (await boxed.helper(number))?.id ?? '',
      },
      {
        at: 'of the former worker as the helper begins',
        is: async (number) => isRunning(await boxed.helper(number)),
        victim: async () => (await boxed.workers())[0]?.id ?? '',
      },
      {
        at: 'of the new worker as it begins',
        is: async (_, former) => (await boxed.workers()).some((one) => one.id !== former && isRunning(one)),
        victim: async () => (await boxed.workers())[0]?.id ?? '',
      },
    ];

    it.each(points)('$at', async ({ at, is, victim }) => {
      round += 1;
      const { number, commit, former } = await raise(await boxed.image(`kill-${round}`));
      await waitFor(at, () => is(number, former.id), { every: 10, within: 60_000 });
      expect(await boxed.kill(await victim(number))).toBe(true);
      await expectReplaced(commit, former);
    });
  });

  describe('with a new version whose workflows really differ', () => {
    const versionOf = async (word: string, entry: string) => {
      const { code } = await bundleFromSources(entry);
      const target = '/usr/local/lib/birdkeeper/dist/workflow-bundle.js';
      return boxed.imageWith(word, { 'bundle.js': code }, `COPY bundle.js ${target}`);
    };

    it('in the story of a deployment: it is refused while nothing has moved, and says what to do', async () => {
      const heads = await boxed.world.checkedOut();
      const { commit, former } = await raise(await versionOf('other-story', 'test/replay/twin/next-version.ts'));
      const record = await boxed.world.waitForCommit('private', commit, { within: 300_000 });
      expect(record).toMatchObject({ outcome: 'blocked', phase: 'pull' });
      expect(record.message).toMatch(/cannot go on with deployment\/sample\/.*birdkeeper drain/s);
      expect((await boxed.workers()).map(({ id }) => id)).toEqual([former.id]);
      expect(await boxed.world.checkedOut()).toEqual(heads);
      const next = await boxed.world.releaseSettings(boxed.settings(good), 'Take the image back');
      expect(await boxed.world.waitForCommit('private', next)).toMatchObject({ services: [] });
    });

    it('in the keeper: it takes over, makes the keeper again and finishes the deployment', async () => {
      const { commit, former } = await raise(await versionOf('other-keeper', 'test/replay/twin/next-keeper.ts'));
      await expectReplaced(commit, former);
      const commitAfter = await boxed.world.release('platform', baseFile({ version: 'by the next' }), 'Next');
      expect(await boxed.world.waitForCommit('platform', commitAfter)).toMatchObject({ outcome: 'deployed' });
    });

    it('and the way back is the same', async () => {
      const { commit, former } = await raise(await boxed.image('as-before'));
      await expectReplaced(commit, former);
    });
  });

  describe('with a new image', () => {
    const does = (code: string) =>
      `RUN printf '%s\\n' '#!/usr/bin/env node' '${code}' > /usr/local/lib/birdkeeper/dist/bin/birdkeeper.js`;

    it('that crashes at start: the former worker is put back, and the deployment says so', async () => {
      const crashing = await boxed.image('crashing', does('console.error("no such thing"); process.exit(3)'));
      const { commit, former } = await raise(crashing);
      await expectPutBack(commit, former, /does not poll: it ended \d times[^]*no such thing[^]*put back/);
    });

    it('that never polls: the former worker is put back after the limit', async () => {
      const hanging = await boxed.image('hanging', does('setInterval(() => {}, 1e6)'));
      const { commit, former } = await raise(hanging);
      await expectPutBack(commit, former, /does not poll: .* after 40 s/);
    });

    it('that crashes, and a helper that is killed while it puts the former one back', async () => {
      const crashing = await boxed.image('crashing-again', does('process.exit(4)'));
      const { number, commit, former } = await raise(crashing);
      const stack = await boxed.world.recorded();
      const isPuttingBack = async () => (await readHandOver(stack, number))?.message !== undefined;
      await waitFor('the putting back', isPuttingBack, { every: 5, within: 90_000 });
      expect(await boxed.kill((await boxed.helper(number))?.id ?? '')).toBe(true);
      await expectPutBack(commit, former, /does not poll: it ended \d times/);
    });
  });
});
