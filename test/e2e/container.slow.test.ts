/** The worker in a container, as the component `scheduler` runs it, and how it replaces itself. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed, vi } from 'vitest';
import { readHandOver } from '../../activities/deployment/hand-over-order.js';
import type { EngineContainer } from '../../activities/docker/types.js';
import { bundleFromSources } from '../support/temporal-world.js';
import { createBoxed, type Boxed } from '../support/world/boxed.js';
import { baseFile, waitFor } from '../support/world/index.js';
import { expectNoHelper, expectReplaced, HAND_OVER, raise } from '../support/world/boxed-in-vitest.js';

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

  const helperOf = async (number: number) => (await boxed.helper(number))?.id ?? '';
  const workerNow = async () => (await boxed.workers())[0]?.id ?? '';

  async function replace(image: string): Promise<void> {
    await expectReplaced(boxed, await raise(boxed, image));
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
    await expectNoHelper(boxed);
    // It works: what mends it is deployed, and touches nothing, since the former image runs.
    const next = await boxed.world.releaseSettings(boxed.settings(good), 'Take the image back');
    expect(await boxed.world.waitForCommit('private', next)).toMatchObject({ outcome: 'deployed', services: [] });
  }

  it('deploys a push from within', async () => {
    const commit = await boxed.world.release('platform', baseFile({ version: '2' }), 'Say version 2');
    expect(await boxed.world.waitForCommit('platform', commit)).toMatchObject({ outcome: 'deployed' });
    expect(await boxed.world.get('web')).toBe('version 2');
    expect((await boxed.cli('check')).stdout).toMatch(/^up to date/);
  });

  it('finds nothing wrong with itself', async () => {
    const { status, stdout } = await boxed.cli('doctor');
    expect(stdout).toMatch(/^ok +mount namespace: .* sibling of /m);
    expect(stdout).not.toMatch(/^FAIL/m);
    expect(status).toBe(0);
  });

  it('scenario 22: a push that changes the worker is deployed, and the new worker finishes it', async () => {
    await replace(await boxed.image('2'));
  });

  describe('with a kill', () => {
    /** Where the hand-over is, and who is killed there. */
    const points: [at: keyof typeof HAND_OVER, who: string, victim: (number: number) => Promise<string>][] = [
      ['the helper begins', 'the helper', helperOf],
      ['no worker runs', 'the helper', helperOf],
      ['the new worker begins', 'the helper', helperOf],
      ['the helper begins', 'the former worker', workerNow],
      ['the new worker begins', 'the new worker', workerNow],
    ];

    it.each(points)('when %s: of %s', async (at, _who, victim) => {
      round += 1;
      const raised = await raise(boxed, await boxed.image(`kill-${round}`));
      await HAND_OVER[at](boxed, raised);
      expect(await boxed.kill(await victim(raised.number))).toBe(true);
      await expectReplaced(boxed, raised);
      good = await boxed.docker('inspect', '--format', '{{.Config.Image}}', boxed.name);
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
      const { commit, former } = await raise(boxed, await versionOf('other-story', 'test/replay/twin/next-version.ts'));
      const record = await boxed.world.waitForCommit('private', commit, { within: 300_000 });
      expect(record).toMatchObject({ outcome: 'blocked', phase: 'pull' });
      expect(record.message).toMatch(/cannot go on with deployment\/sample\/.*birdkeeper drain/s);
      expect((await boxed.workers()).map(({ id }) => id)).toEqual([former.id]);
      expect(await boxed.world.checkedOut()).toEqual(heads);
      const next = await boxed.world.releaseSettings(boxed.settings(good), 'Take the image back');
      expect(await boxed.world.waitForCommit('private', next)).toMatchObject({ services: [] });
    });

    it('in the keeper: it takes over, makes the keeper again and finishes the deployment', async () => {
      await replace(await versionOf('other-keeper', 'test/replay/twin/next-keeper.ts'));
      const commitAfter = await boxed.world.release('platform', baseFile({ version: 'by the next' }), 'Next');
      expect(await boxed.world.waitForCommit('platform', commitAfter)).toMatchObject({ outcome: 'deployed' });
    });

    it('and the way back is the same', async () => {
      await replace(await boxed.image('as-before'));
    });
  });

  describe('with a new image', () => {
    const does = (code: string) =>
      `RUN printf '%s\\n' '#!/usr/bin/env node' '${code}' > /usr/local/lib/birdkeeper/dist/bin/birdkeeper.js`;

    it('that crashes at start: the former worker is put back, and the deployment says so', async () => {
      const crashing = await boxed.image('crashing', does('console.error("no such thing"); process.exit(3)'));
      const { commit, former } = await raise(boxed, crashing);
      await expectPutBack(commit, former, /does not poll: it ended \d times[^]*no such thing[^]*put back/);
    });

    it('that never polls: the former worker is put back after the limit', async () => {
      const hanging = await boxed.image('hanging', does('setInterval(() => {}, 1e6)'));
      const { commit, former } = await raise(boxed, hanging);
      await expectPutBack(commit, former, /does not poll: .* after 40 s/);
    });

    it('that crashes, and a helper that is killed while it puts the former one back', async () => {
      const crashing = await boxed.image('crashing-again', does('process.exit(4)'));
      const { number, commit, former } = await raise(boxed, crashing);
      const stack = await boxed.world.recorded();
      const isPuttingBack = async () => (await readHandOver(stack, number))?.message !== undefined;
      await waitFor('the putting back', isPuttingBack, { every: 5, within: 90_000 });
      expect(await boxed.kill((await boxed.helper(number))?.id ?? '')).toBe(true);
      await expectPutBack(commit, former, /does not poll: it ended \d times/);
    });
  });
});
