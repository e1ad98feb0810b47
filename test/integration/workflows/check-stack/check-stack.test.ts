import { describe, expect, it } from 'vitest';
import type { StackObservation } from '../../../../workflows/model.js';
import { taskQueueOf, type StackRef } from '../../../../workflows/contract.js';
import { keeperStatusQuery } from '../../../../workflows/keep-stack/messages.js';
import { aCheckout, anObservation, behindBy } from '../../../support/story.js';
import { eventsOf, eventually, stepFailure } from '../../../support/temporal-world.js';
import { useTemporalWorld } from '../../../support/temporal-world-in-vitest.js';

const world = useTemporalWorld();

const LONG = 60_000;
const check = (ref: StackRef) =>
  world().client.workflow.start('checkStack', {
    workflowId: `check/${ref.stack}`,
    taskQueue: taskQueueOf(ref.host),
    args: [{ v: 1, ...ref }],
  });
const seeing = (seen: StackObservation) => ({ observeStack: () => Promise.resolve(seen) });

describe('workflows/check-stack/check-stack', () => {
  it(
    'a look that finds nothing to do takes at most 12 events',
    async () => {
      const ref = world().newStack();
      await world().serving(ref, seeing(anObservation()), async () => {
        const handle = await check(ref);
        expect(await handle.result()).toMatchObject({ decision: { word: 'up to date', deploys: false } });
        const events = await eventsOf(handle);
        process.stdout.write(`checkStack, nothing to do: ${events.length} events\n`);
        expect(events.length).toBeLessThanOrEqual(12);
        expect(events).not.toContain('SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED');
      });
    },
    LONG,
  );

  it(
    'a stack that is behind is deployed by the keeper that was told',
    async () => {
      const ref = world().newStack();
      await world().serving(ref, seeing(behindBy('private')), async () => {
        const keeper = await world().startKeeper(ref);
        await (await check(ref)).result();
        const last = await eventually(async () => (await keeper.query(keeperStatusQuery)).last, 'it ended', 40_000);
        expect(last).toMatchObject({ number: 1, outcome: 'deployed' });
      });
    },
    LONG,
  );

  it.each(['dirty', 'unreachable'] as const)(
    'a checkout that is %s is told to the keeper, which remembers it and deploys nothing',
    async (word) => {
      const ref = world().newStack();
      await world().serving(ref, seeing(anObservation({ checkouts: [aCheckout('private', word)] })), async () => {
        const keeper = await world().startKeeper(ref);
        const handle = await check(ref);
        await handle.result();
        const look = await eventually(async () => (await keeper.query(keeperStatusQuery)).look, 'it was told');
        expect(look.word).toBe(word === 'dirty' ? 'blocked' : 'degraded');
        expect(await keeper.query(keeperStatusQuery)).toMatchObject({ queued: [], nextNumber: 1 });
        const { currentDetails } = await handle.query<{ currentDetails: string }>('__temporal_workflow_metadata');
        expect(currentDetails).toContain(`| private | ${word} |`);
      });
    },
    LONG,
  );

  it(
    'without a keeper the look ends well: the next one tells again',
    async () => {
      const ref = world().newStack();
      await world().serving(ref, seeing(behindBy('private')), async () => {
        expect(await (await check(ref)).result()).toMatchObject({ decision: { word: 'behind' } });
      });
    },
    LONG,
  );

  it(
    'a look that cannot be made fails with the reason',
    async () => {
      const ref = world().newStack();
      const observeStack = () => Promise.reject(stepFailure('Configuration', 'env.local:3: unexpected end'));
      await world().serving(ref, { observeStack }, async () => {
        await expect((await check(ref)).result()).rejects.toMatchObject({
          cause: { cause: { type: 'Configuration', message: 'env.local:3: unexpected end' } },
        });
      });
    },
    LONG,
  );
});
