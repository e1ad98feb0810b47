import { Worker } from '@temporalio/worker';
import { describe, expect, it } from 'vitest';
import { NAMESPACE, SIGNALS, taskQueueOf } from '../../../../workflows/contract.js';
import { keeperStatusQuery } from '../../../../workflows/keep-stack/messages.js';
import { goodActivities } from '../../../support/story.js';
import { useTemporalWorld } from '../../../support/temporal-world-in-vitest.js';

const world = useTemporalWorld();

describe('workflows/keep-stack/keep-stack', { timeout: 60_000 }, () => {
  it.each([
    ['paused', [SIGNALS.pause, SIGNALS.resume, SIGNALS.pause]],
    ['not paused', [SIGNALS.resume, SIGNALS.pause, SIGNALS.resume]],
    ['paused', [SIGNALS.resume, SIGNALS.pause]],
  ])('what came before its first task counts in the order in which it came: %s after %j', async (word, signals) => {
    // A host whose worker comes later.
    const ref = { ...world().newStack(), host: `late${signals.length}${word.length}` };
    const keeper = await world().startKeeper(ref);
    for (const name of signals) await keeper.signal(name, { by: 'ann@alpha', reason: 'x' });
    const { connection, workflowBundle } = world();
    const worker = await Worker.create({
      ...{ connection, workflowBundle, namespace: NAMESPACE, taskQueue: taskQueueOf(ref.host) },
      activities: goodActivities(),
    });
    const { paused } = await worker.runUntil(() => keeper.query(keeperStatusQuery));
    expect(paused === undefined ? 'not paused' : 'paused').toBe(word);
    await keeper.terminate('a test');
  });
});
