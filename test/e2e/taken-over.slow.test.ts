/** A next version of the program whose workflows really differ takes over from this one: `up` of either, one after the other. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { compileProduct, type Compiled } from '../support/compiled.js';
import { bundleFromSources } from '../support/temporal-world.js';
import { Upkeep } from '../support/world/upkeep.js';
import { apiTag, waitFor } from '../support/world/index.js';
import { deployed, idle, useWorld } from '../support/world/in-vitest.js';

describe('taken-over', () => {
  const world = useWorld({ name: 'over' }, deployed);
  let compiled: Compiled;
  let next: Upkeep;
  beforeAll(async () => {
    compiled = await compileProduct();
    const { code } = await bundleFromSources('test/replay/twin/next-version.ts');
    await writeFile(join(compiled.dir, 'workflow-bundle.js'), code);
    const { parts, dir, stackDirectory } = world();
    next = new Upkeep(dir, stackDirectory, parts.env, join(compiled.dir, 'bin', 'birdkeeper.js'));
  });
  afterAll(async () => {
    await next?.interrupt();
    await compiled?.remove();
  });

  it('refuses while a deployment of the former version is open, and changes nothing', async () => {
    await world().images.publishApi('2.0');
    await idle(world());
    await world().release('platform', apiTag('2.0'), 'Raise api');
    await waitFor('apply', async () => (await (await world().recorded()).intent())?.reached === 'apply', { every: 5 });
    await world().kill9();
    await expect(next.up()).rejects.toThrow(
      /ended with status 3:.*does not take over.*deployment\/.*\/2 was begun by another version.*birdkeeper drain/s,
    );
    expect(await (await world().recorded()).intent()).toMatchObject({ number: 2, reached: 'apply' });
    expect(await world().history()).toHaveLength(1);
  });

  it('the former version finishes it, is drained over a kill, and keeps what is asked meanwhile', async () => {
    await world().up();
    const draining = world().cli(['drain'], { limit: 120_000 });
    await waitFor('the drain', async () => (await world().cli(['status'])).stdout.includes('drain --undo'), {});
    await world().kill9();
    await world().up();
    const drained = await draining;
    expect(drained.status, drained.stderr).toBe(0);
    expect((await world().history()).at(-1)).toMatchObject({ number: 2, outcome: 'deployed' });
    expect((await world().cli(['deploy', '--reason', 'kept'])).stdout).toContain('deployment 3');
    expect((await world().cli(['status'])).stdout).toContain('drain --undo');
    await world().kill9();
    expect(await world().history()).toHaveLength(2);
  });

  it('scenario 22: then the next version takes over with the queue, and deploys', async () => {
    await next.up();
    expect(await world().waitForOutcome(3)).toMatchObject({ outcome: 'up to date' });
    await world().images.publishApi('2.1');
    await idle(world());
    await world().release('platform', apiTag('2.1'), 'Raise api again');
    expect(await world().waitForOutcome(4)).toMatchObject({ outcome: 'deployed' });
    const histories = await (await world().temporal()).histories();
    const by = (number: number) => histories.find(({ workflowId }) => workflowId.endsWith(`/${number}`));
    const startsWithTimer = (number: number) =>
      by(number)?.history.events?.some(({ timerStartedEventAttributes: timer }) => timer) ?? false;
    expect([2, 3, 4].map(startsWithTimer)).toEqual([false, true, true]);
  });

  it('and the way back is the same: the former version takes over again', async () => {
    await idle(world());
    await next.interrupt();
    await world().up();
    expect((await world().cli(['check', '--exit-code'])).status).toBe(0);
  });
});
