/** Work besides deployments: one at a time with them, asked for by workflows that are told how it ended. */
import { describe, expect, it } from 'vitest';
import { keeperId, SIGNALS, taskQueueOf, type StackRef } from '../../../../workflows/contract.js';
import { keeperStatusQuery } from '../../../../workflows/keep-stack/messages.js';
import type { ContainerJobResult } from '../../../../activities/types.js';
import { aGate, askFor, eventually, resultOf } from '../../../support/temporal-world.js';
import { useTemporalWorld } from '../../../support/temporal-world-in-vitest.js';

const world = useTemporalWorld();
const DONE: ContainerJobResult = { outcome: 'done', exitStatus: 0, seconds: 1, lastLines: [], retries: 0 };

const ask = (ref: StackRef, name: string, deadlineSeconds = 60) =>
  world().client.workflow.start('requestWork', {
    workflowId: `job/${ref.host}/${ref.stack}/${name}/run`,
    taskQueue: taskQueueOf(ref.host),
    args: [{ v: 1, ...ref, kind: 'job', deadlineSeconds, input: { name, hash: '0123456789abcdef' } }],
  });
const status = (ref: StackRef) => world().client.workflow.getHandle(keeperId(ref)).query(keeperStatusQuery);

/** What ran, in order; `+` begins, `-` ends. */
function tracked() {
  const [seen, gate]: [string[], ReturnType<typeof aGate>] = [[], aGate()];
  return {
    seen,
    gate,
    activities: {
      pullImages: async () => {
        seen.push('+deployment');
        gate.reach();
        await gate.opened;
        seen.push('-deployment');
        return { pulled: [], built: [] };
      },
      runContainerJob: async ({ name }: { name: string }) => {
        seen.push(`+${name}`, `-${name}`);
        return DONE;
      },
    },
  };
}

describe('workflows/keep-stack/work', { timeout: 60_000 }, () => {
  it('scenario 30: work waits for a deployment that runs, and takes turns with those that are queued', async () => {
    const ref = world().newStack();
    const { seen, gate, activities } = tracked();
    await world().serving(ref, activities, async () => {
      const keeper = await world().startKeeper(ref);
      await askFor(keeper, { reason: 'first' });
      await gate.reached;
      const queued = (count: number) =>
        eventually(async () => ((await status(ref)).queuedWork?.length === count ? true : undefined), 'queued work');
      const asked = [await ask(ref, 'one')];
      await queued(1);
      asked.push(await ask(ref, 'two'));
      await queued(2);
      await askFor(keeper, { reason: 'second' });
      gate.open();
      expect(await Promise.all(asked.map((handle) => resultOf(handle)))).toEqual([DONE, DONE]);
    });
    expect(seen).toEqual(['+deployment', '-deployment', '+one', '-one', '+deployment', '-deployment', '+two', '-two']);
  });

  it('a deployment waits for work that runs', async () => {
    const ref = world().newStack();
    const gate = aGate();
    const seen: string[] = [];
    const activities = {
      runContainerJob: async () => {
        gate.reach();
        await gate.opened;
        seen.push('work');
        return DONE;
      },
      pullImages: async () => {
        seen.push('deployment');
        return { pulled: [], built: [] };
      },
    };
    await world().serving(ref, activities, async () => {
      const keeper = await world().startKeeper(ref);
      const asked = await ask(ref, 'one');
      await gate.reached;
      expect((await status(ref)).working).toMatchObject({ kind: 'job', input: { name: 'one' } });
      await askFor(keeper, { reason: 'first' });
      gate.open();
      await resultOf(asked);
      await eventually(async () => (seen.length === 2 ? true : undefined), 'the deployment');
    });
    expect(seen).toEqual(['work', 'deployment']);
  });

  it('work that is not begun by its deadline is taken back, and is not done later', async () => {
    const ref = world().newStack();
    const { seen, gate, activities } = tracked();
    await world().serving(ref, activities, async () => {
      const keeper = await world().startKeeper(ref);
      await askFor(keeper, { reason: 'first' });
      await gate.reached;
      const asked = await ask(ref, 'late', 1);
      await eventually(async () => ((await status(ref)).queuedWork?.length === 1 ? true : undefined), 'queued work');
      await eventually(async () => ((await status(ref)).queuedWork === undefined ? true : undefined), 'the withdrawal');
      gate.open();
      await expect(resultOf(asked)).rejects.toThrow();
      await resultOf(await ask(ref, 'next'));
    });
    expect(seen).toEqual(['+deployment', '-deployment', '+next', '-next']);
  });

  it('work that fails is a failure of who asked, and the keeper goes on', async () => {
    const ref = world().newStack();
    const failed: ContainerJobResult = { ...DONE, outcome: 'failed', exitStatus: 3, lastLines: ['no space'] };
    await world().serving(ref, { runContainerJob: async ({ name }) => (name === 'bad' ? failed : DONE) }, async () => {
      await world().startKeeper(ref);
      const bad = await ask(ref, 'bad');
      await expect(bad.result()).rejects.toMatchObject({
        cause: { message: expect.stringContaining('job bad failed with exit status 3: no space') as string },
      });
      expect(await resultOf(await ask(ref, 'good'))).toEqual(DONE);
    });
  });

  it('without a keeper nothing is done, and it is said', async () => {
    const ref = world().newStack();
    await world().serving(ref, {}, async () => {
      const handle = await ask(ref, 'lonely');
      await expect(handle.result()).rejects.toMatchObject({
        cause: { message: expect.stringContaining('The stack has no keeper') as string },
      });
    });
  });

  it('a keeper that is made again while work runs tells who asked, and begins nothing beside it', async () => {
    const ref = world().newStack();
    const gate = aGate();
    const seen: string[] = [];
    const activities = {
      runContainerJob: async () => {
        gate.reach();
        await gate.opened;
        seen.push('work');
        return DONE;
      },
      awaitWork: async () => {
        await gate.opened;
        return { ended: { outcome: 'done' as const, result: DONE } };
      },
      pullImages: async () => {
        seen.push('deployment');
        return { pulled: [], built: [] };
      },
    };
    await world().serving(ref, activities, async () => {
      const keeper = await world().startKeeper(ref);
      const asked = await ask(ref, 'one');
      await gate.reached;
      const { working } = await status(ref);
      await keeper.terminate('a test');
      const next = await world().startKeeper(ref, { nextNumber: 1, queue: [], working });
      await askFor(next, { reason: 'first' });
      gate.open();
      expect(await resultOf(asked)).toEqual(DONE);
      await eventually(async () => (seen.length === 2 ? true : undefined), 'the deployment');
    });
    expect(seen).toEqual(['work', 'deployment']);
  });

  it.each([
    undefined,
    null,
    7,
    'x',
    {},
    { kind: 'rm', id: 'x', input: {} },
    { kind: 'job', id: '', input: {} },
    { kind: 'job', id: 'x', input: { a: 1 } },
  ])('survives requestWork and withdrawWork with %j', async (payload) => {
    const ref = world().newStack();
    await world().serving(ref, {}, async () => {
      const keeper = await world().startKeeper(ref);
      await keeper.signal(SIGNALS.requestWork, payload);
      await keeper.signal(SIGNALS.withdrawWork, payload);
      expect(await resultOf(await ask(ref, 'good'))).toMatchObject({ outcome: 'done' });
    });
  });
});
