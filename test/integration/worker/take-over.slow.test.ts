import { beforeAll, describe, expect, it } from 'vitest';
import { Worker, type WorkflowBundleWithSourceMap } from '@temporalio/worker';
import type { Activities } from '../../../activities/types.js';
import { takeOver } from '../../../worker/take-over.js';
import { deploymentId, keeperId, NAMESPACE, SIGNALS, taskQueueOf, type StackRef } from '../../../workflows/contract.js';
import { keeperStatusQuery } from '../../../workflows/keep-stack/messages.js';
import { noteOf } from '../../../workflows/keep-stack/people.js';
import { goodActivities, NEW } from '../../support/story.js';
import {
  aGate,
  askFor,
  bundleFromSources,
  eventsOf,
  eventually,
  untilCancelled,
} from '../../support/temporal-world.js';
import { useTemporalWorld } from '../../support/temporal-world-in-vitest.js';

const world = useTemporalWorld();
let next: WorkflowBundleWithSourceMap;
beforeAll(async () => {
  next = await bundleFromSources('test/replay/twin/next-version.ts');
}, 180_000);

const handleOf = (id: string) => world().client.workflow.getHandle(id);
const keeperOf = (ref: StackRef) => handleOf(keeperId(ref));
const statusOf = (ref: StackRef) => keeperOf(ref).query(keeperStatusQuery);
const stateOf = async (id: string) => (await handleOf(id).describe()).status.name;

/** While it polls as the one worker of that host; afterwards nobody does, as after ^C. */
async function polling<T>(
  host: string,
  workflowBundle: WorkflowBundleWithSourceMap,
  activities: Partial<Activities>,
  work: () => Promise<T>,
): Promise<T> {
  const worker = await Worker.create({
    connection: world().connection,
    namespace: NAMESPACE,
    taskQueue: taskQueueOf(host),
    workflowBundle,
    activities: goodActivities(activities),
    stickyQueueScheduleToStartTimeout: '1s',
  });
  return worker.runUntil(work);
}

/** What a worker with the next version does before it polls; what it said. */
async function nextTakesOver({ host, stack }: StackRef, makes = [stack]): Promise<string[]> {
  const said: string[] = [];
  const code = { workflowBundle: next };
  await takeOver(world().client, { host, stacks: [stack], makes, code, say: (line) => void said.push(line) });
  return said;
}

const hosts = (name: string): StackRef => ({ host: name, stack: 'sample' });
const ended = (ref: StackRef, number: number) =>
  eventually(
    async () => {
      const { last, running } = await statusOf(ref);
      return last && last.number >= number && running === undefined ? last : undefined;
    },
    `deployment ${number} is remembered`,
    60_000,
  );

const memory = (waits = false) => {
  const waiting = {
    ...{ number: 4, commits: { private: NEW }, digest: 'd1', needsApproval: false, why: 'waits for its window' },
    ...{ opensAt: '2999-01-01T00:00:00.000Z', at: '2026-01-01T00:00:00.000Z' },
  };
  const known = { nextNumber: 5, queue: [], ...(waits ? { waiting } : {}) };
  return { ...known, noted: noteOf(known) };
};
const waitsIn = (gate: ReturnType<typeof aGate>): Partial<Activities> => ({
  pullImages: async () => {
    await untilCancelled(gate);
    return { pulled: [], built: [] };
  },
});

describe('worker/take-over', { timeout: 120_000 }, () => {
  it('begins where nothing is open, and where all replays', async () => {
    const ref = hosts('level');
    expect(await nextTakesOver(ref)).toEqual([]);
    await world().startKeeper(ref, memory());
    expect(await nextTakesOver(ref)).toEqual([]);
    expect(await stateOf(keeperId(ref))).toBe('RUNNING');
  });

  it('a keeper that does not replay goes on from where it last continued as new, with all it was told since', async () => {
    const ref = hosts('anew');
    await polling(ref.host, world().workflowBundle, {}, async () => {
      const keeper = await world().startKeeper(ref, memory(true));
      await eventually(async () => ((await eventsOf(keeper)).includes('TIMER_STARTED') ? true : undefined), 'it waits');
      await keeper.signal(SIGNALS.handOver, { by: 'ann@host' });
      await eventually(async () => (await statusOf(ref)).handedOver, 'it is handed over');
      expect(await askFor(keeperOf(ref), { reason: 'please', by: 'ann@host' })).toEqual({
        number: 5,
        collapsed: false,
      });
    });
    expect(await nextTakesOver(ref)).toEqual([expect.stringContaining('goes on from where it last continued as new')]);
    await polling(ref.host, next, {}, async () => {
      expect(await ended(ref, 5)).toMatchObject({ number: 5, outcome: 'deployed' });
      const { waiting, handedOver, queued } = await statusOf(ref);
      expect({ waiting, handedOver, queued }).toEqual({ queued: [] });
      expect((await eventsOf(handleOf(deploymentId(ref, 5)))).includes('TIMER_STARTED')).toBe(true);
    });
  });

  it('a deployment that does not replay is finished by the former version; then the next one takes over with the queue', async () => {
    const ref = hosts('finish');
    const gate = aGate();
    const today = world().workflowBundle;
    await polling(ref.host, today, waitsIn(gate), async () => {
      await askFor(await world().startKeeper(ref, memory()), { reason: 'first' });
      await gate.reached;
    });
    const before = await eventsOf(handleOf(deploymentId(ref, 5)));
    await expect(nextTakesOver(ref)).rejects.toMatchObject({
      type: 'Blocked',
      message: expect.stringMatching(
        /deployment\/finish\/sample\/5 was begun by another version.*birdkeeper drain/s,
      ) as string,
    });
    expect(await eventsOf(handleOf(deploymentId(ref, 5)))).toEqual(before);

    await polling(ref.host, today, waitsIn(gate), async () => {
      await keeperOf(ref).signal(SIGNALS.handOver, { by: 'ann@host' });
      expect(await askFor(keeperOf(ref), { reason: 'second' })).toEqual({ number: 6, collapsed: false });
      gate.open();
      await ended(ref, 5);
      const { queued, running } = await statusOf(ref);
      expect({ running, queued: queued.map(({ number }) => number) }).toEqual({ queued: [6] });
    });
    expect(await nextTakesOver(ref)).toEqual([]);
    await polling(ref.host, next, {}, async () => {
      expect(await ended(ref, 6)).toMatchObject({ number: 6, outcome: 'deployed' });
    });
  });

  it('a keeper whose deployment ended while nobody listened is made again, by who makes keepers only', async () => {
    const ref = hosts('made');
    const gate = aGate();
    await polling(ref.host, world().workflowBundle, waitsIn(gate), async () => {
      await askFor(await world().startKeeper(ref, memory()), { reason: 'first' });
      await gate.reached;
    });
    await handleOf(deploymentId(ref, 5)).terminate();
    await expect(nextTakesOver(ref, [])).rejects.toMatchObject({
      message: expect.stringContaining('birdkeeper up') as string,
    });
    expect(await nextTakesOver(ref)).toEqual([expect.stringContaining('made again out of the state directory')]);
    expect(await stateOf(keeperId(ref))).toBe('TERMINATED');
    expect(await nextTakesOver(ref)).toEqual([]);
  });

  it('a look that does not replay is ended, and a workflow that is nobody knows whose is left alone', async () => {
    const ref = hosts('looks');
    const gate = aGate();
    const taskQueue = taskQueueOf(ref.host);
    const start = (type: string) =>
      world().client.workflow.start(type, { workflowId: `${type}/looks`, taskQueue, args: [{ v: 1, ...ref }] });
    const observeStack = async () => {
      await untilCancelled(gate);
      return Promise.reject(new Error('stopped'));
    };
    await polling(ref.host, world().workflowBundle, { observeStack }, async () => {
      await start('checkStack');
      await start('strange');
      await gate.reached;
    });
    const isListed = async () =>
      (await nextTakesOver(ref)).some((line) => line.startsWith('checkStack/looks')) ? true : undefined;
    await eventually(isListed, 'the list shows the look');
    expect(await stateOf('checkStack/looks')).toBe('TERMINATED');
    expect(await stateOf('strange/looks')).toBe('RUNNING');
  });
});
