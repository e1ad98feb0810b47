/** A worker in a container that serves two stacks, and belongs to one of them. */
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed, vi } from 'vitest';
import { createBoxed, type Boxed } from '../support/world/boxed.js';
import { expectReplaced, HAND_OVER, raise } from '../support/world/boxed-in-vitest.js';
import { SecondStack } from '../support/world/second-stack.js';

vi.setConfig({ testTimeout: 400_000, hookTimeout: 1_800_000 });

/** Of the other stack: longer than a hand-over, so that it falls into the middle. */
const SETTLE_SECONDS = 25;

describe('container-two', () => {
  let boxed: Boxed;
  let two: SecondStack;
  let others: string;

  beforeAll(async () => {
    boxed = await createBoxed({ name: 'both' });
    two = await SecondStack.create(boxed.world, { settleSeconds: SETTLE_SECONDS });
    others = `export BIRDKEEPER_OTHER_STACKS='${two.directory}'`;
    const image = await boxed.image('1');
    await boxed.world.pushSettings(boxed.settings(image, [others]), 'Run the scheduler for both');
    await boxed.begin(image);
  });
  beforeEach(() => {
    onTestFailed(() => boxed.tellTails());
  });
  afterAll(async () => {
    await two?.remove();
    await boxed?.destroy();
  });

  it('BIRDKEEPER_OTHER_STACKS: the other stack is deployed for the first time, and by a push', async () => {
    expect(await two.deployed()).toMatchObject({ outcome: 'deployed' });
    expect(await two.deployed(await two.release('two'))).toMatchObject({ outcome: 'deployed' });
    expect(await two.page()).toBe('two');
  });

  it('is replaced while a deployment of the other stack is in the middle, and both end well', async () => {
    const raised = await raise(boxed, await boxed.image('2'), [others]);
    const commit = await two.release('three');
    await HAND_OVER['the helper begins'](boxed, raised);
    expect((await two.history()).some(({ to }) => Object.values(to).includes(commit))).toBe(false);
    await expectReplaced(boxed, raised);
    expect(await two.deployed(commit)).toMatchObject({ outcome: 'deployed' });
    expect(await two.page()).toBe('three');
  });
});
