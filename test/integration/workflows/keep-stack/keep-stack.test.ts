import { describe, expect, it } from 'vitest';
import { deploymentId, keeperId } from '../../../../workflows/contract.js';
import {
  deploymentNeededSignal,
  forceDeploySignal,
  keeperStatusQuery,
  type DeployAnswer,
} from '../../../../workflows/keep-stack/messages.js';
import type { StackRef } from '../../../../workflows/contract.js';
import { anObservation, aPlan, NEW } from '../../../support/story.js';
import { aGate, askFor, eventsOf, eventually, stepFailure, type Gate } from '../../../support/temporal-world.js';
import { useTemporalWorld } from '../../../support/temporal-world-in-vitest.js';

const world = useTemporalWorld();

const LONG = 120_000;
const needed = { word: 'behind', reason: 'private is behind', commits: { private: NEW }, deploys: true };
const upToDate = () => Promise.resolve(anObservation());

const keeperOf = (ref: StackRef) => world().client.workflow.getHandle(keeperId(ref));
const deployment = (ref: StackRef, number: number) => world().client.workflow.getHandle(deploymentId(ref, number));
const statusOf = (ref: StackRef) => keeperOf(ref).query(keeperStatusQuery);
const ended = (ref: StackRef, number: number) =>
  eventually(
    async () => {
      const { last, running } = await statusOf(ref);
      return last && last.number >= number && running === undefined ? last : undefined;
    },
    `deployment ${number} is remembered`,
    60_000,
  );
const waitsAt = (gate: Gate) => async () => {
  gate.reach();
  await gate.opened;
  return { pulled: [], built: [] };
};

describe('workflows/keep-stack/keep-stack', () => {
  it.each([
    ['without input', [], 'forced by a person'],
    ['with a reason', [{ reason: 'the disk was full' }], 'the disk was full'],
    ['with rubbish', [['rubbish', { a: [1] }]], 'forced by a person'],
    ['with null', [null], 'forced by a person'],
  ])(
    'forceDeploy %s deploys',
    async (_, args, reason) => {
      const ref = world().newStack();
      await world().serving(ref, { observeStack: upToDate }, async () => {
        const keeper = await world().startKeeper(ref);
        await keeper.signal('forceDeploy', ...args);
        const last = await ended(ref, 1);
        expect(last.outcome).toBe('deployed');
        const input = await deployment(ref, 1).describe();
        expect(await input.staticSummary()).toBe(`deployment 1 of ${ref.stack}: ${reason}`);
        expect(input.typedSearchAttributes.getAll()).toEqual(
          expect.arrayContaining([
            expect.objectContaining({ value: 'forced' }),
            expect.objectContaining({ value: 'deployed' }),
            expect.objectContaining({ value: ref.host }),
          ]),
        );
      });
    },
    LONG,
  );

  it(
    'deploy answers at once with a number while another deployment runs, and what comes meanwhile shares it',
    async () => {
      const ref = world().newStack();
      const gate = aGate();
      await world().serving(ref, { pullImages: waitsAt(gate) }, async () => {
        try {
          const keeper = await world().startKeeper(ref, { nextNumber: 5, queue: [] });
          expect(await askFor(keeper, { reason: 'please' })).toEqual({
            number: 5,
            collapsed: false,
          });
          await gate.reached;
          const before = Date.now();
          const answers: DeployAnswer[] = [];
          for (const reason of ['a', 'b', 'c']) answers.push(await askFor(keeper, { reason }));
          await keeper.signal(forceDeploySignal, { reason: 'd' });
          await keeper.signal(deploymentNeededSignal, needed);
          expect(Date.now() - before).toBeLessThan(20_000);
          expect(answers).toEqual([
            { number: 6, collapsed: false },
            { number: 6, collapsed: true },
            { number: 6, collapsed: true },
          ]);
          const { running, queued, look } = await statusOf(ref);
          expect(running).toMatchObject({ number: 5, reason: 'please' });
          expect(queued).toEqual([{ number: 6, trigger: 'forced', force: true, reason: 'd' }]);
          expect(look?.word).toBe('behind');
        } finally {
          gate.open();
        }
        expect((await ended(ref, 6)).number).toBe(6);
        expect((await statusOf(ref)).nextNumber).toBe(7);
      });
    },
    LONG,
  );

  it(
    'a look at the commits that just ran is dropped, nonsense is ignored, newer commits are deployed',
    async () => {
      const ref = world().newStack();
      const gate = aGate();
      await world().serving(ref, { pullImages: waitsAt(gate) }, async () => {
        try {
          const keeper = await world().startKeeper(ref);
          await keeper.signal(deploymentNeededSignal, needed);
          await gate.reached;
          const { checkouts } = await deployment(ref, 1).query<{ checkouts: { name: string; head: string }[] }>(
            'status',
          );
          const platform = checkouts.find(({ name }) => name === 'platform')?.head ?? '';
          await keeper.signal(deploymentNeededSignal, { ...needed, commits: { platform, private: NEW } });
          await keeper.signal(deploymentNeededSignal, { ...needed, word: 'nonsense' });
          gate.open();
          await ended(ref, 1);
          expect(await statusOf(ref)).toMatchObject({ queued: [], nextNumber: 2 });
          await keeper.signal(deploymentNeededSignal, needed);
          expect(await ended(ref, 2)).toMatchObject({ number: 2, outcome: 'deployed' });
        } finally {
          gate.open();
        }
      });
    },
    LONG,
  );

  it(
    'what failed before anything moved is not tried again at the next look, but when a person asks',
    async () => {
      const ref = world().newStack();
      const pullImages = () => Promise.reject(stepFailure('NotFound', 'no such image'));
      await world().serving(ref, { pullImages }, async () => {
        const keeper = await world().startKeeper(ref);
        await askFor(keeper);
        expect(await ended(ref, 1)).toMatchObject({ outcome: 'failed', message: 'no such image' });
        const { backOff } = await statusOf(ref);
        await keeper.signal(deploymentNeededSignal, { ...needed, commits: backOff?.commits });
        expect((await statusOf(ref)).queued).toEqual([]);
        expect(await askFor(keeper)).toMatchObject({ number: 2 });
        await ended(ref, 2);
        expect((await statusOf(ref)).backOff?.failures).toBe(2);
      });
    },
    LONG,
  );

  it(
    'of 50 requests while deployments run quickly none is lost over continue-as-new',
    async () => {
      const ref = world().newStack();
      const answered = new Set<number>();
      await world().serving(ref, { observeStack: upToDate }, async () => {
        const keeper = await world().startKeeper(ref);
        const requests = Array.from({ length: 50 }, async (_, index) => {
          if (index % 5 === 0) await keeper.signal(forceDeploySignal, { reason: `signal ${index}` });
          else answered.add((await askFor(keeper, { reason: `${index}` })).number);
        });
        await Promise.all(requests);
        const highest = Math.max(...answered);
        await ended(ref, highest);
        await eventually(
          async () => ((await statusOf(ref)).queued.length === 0 ? true : undefined),
          'the queue is empty',
          60_000,
        );
        for (const number of answered) {
          const { number: ran } = (await deployment(ref, number).result()) as { number: number };
          expect(ran).toBe(number);
        }
        const { nextNumber } = await statusOf(ref);
        expect(nextNumber).toBeGreaterThan(highest);
        // Continued as new after each piece of work: the present run is a short one.
        expect((await eventsOf(keeperOf(ref))).length).toBeLessThan(100);
        expect((await keeperOf(ref).describe()).runId).not.toBe(keeper.firstExecutionRunId);
      });
    },
    LONG,
  );

  it(
    'a keeper that is terminated leaves the deployment that runs, and it ends well',
    async () => {
      const ref = world().newStack();
      const gate = aGate();
      await world().serving(ref, { pullImages: waitsAt(gate) }, async () => {
        try {
          const keeper = await world().startKeeper(ref);
          await askFor(keeper);
          await gate.reached;
          await keeperOf(ref).terminate('for the test');
          expect((await deployment(ref, 1).describe()).status.name).toBe('RUNNING');
        } finally {
          gate.open();
        }
        expect(await deployment(ref, 1).result()).toMatchObject({ outcome: 'deployed' });
      });
    },
    LONG,
  );

  it(
    'a deployment that is terminated is remembered as failed, and the keeper goes on',
    async () => {
      const ref = world().newStack();
      const gate = aGate();
      await world().serving(ref, { pullImages: waitsAt(gate) }, async () => {
        try {
          const keeper = await world().startKeeper(ref);
          await askFor(keeper);
          await gate.reached;
          await deployment(ref, 1).terminate('for the test');
          expect(await ended(ref, 1)).toMatchObject({ outcome: 'failed' });
          gate.open();
          expect(await askFor(keeper)).toEqual({ number: 2, collapsed: false });
          expect(await ended(ref, 2)).toMatchObject({ outcome: 'deployed' });
        } finally {
          gate.open();
        }
      });
    },
    LONG,
  );

  it(
    'summary, details and what happens now are readable from outside',
    async () => {
      const ref = world().newStack();
      await world().serving(ref, { observeStack: upToDate }, async () => {
        const keeper = await world().startKeeper(ref);
        const described = await keeper.describe();
        expect(await described.staticSummary()).toBe(`keeps ${ref.stack} on ${ref.host}`);
        expect(await described.staticDetails()).toContain(`**${ref.stack}**`);
        await askFor(keeper, { reason: '<b>| hello' });
        await ended(ref, 1);
        const { currentDetails, definition } = await keeperOf(ref).query<{
          currentDetails: string;
          definition: { type: string; signalDefinitions: { name: string }[] };
        }>('__temporal_workflow_metadata');
        expect(currentDetails).toContain('Last: deployment 1 ended **up to date**');
        expect(definition.type).toBe('keepStack');
        expect(definition.signalDefinitions.map(({ name }) => name)).toEqual(
          expect.arrayContaining(['deploymentNeeded', 'forceDeploy']),
        );
        const child = await deployment(ref, 1).describe();
        expect(await child.staticDetails()).toContain('Reason: \\<b\\>\\| hello');
      });
    },
    LONG,
  );

  it(
    'a yes is not asked for again when what was approved failed before anything moved',
    async () => {
      const ref = world().newStack();
      const risky = { validateRelease: () => Promise.resolve(aPlan({ needsApproval: true, digest: 'd1' })) };
      let isThere = true;
      const pullImages = () =>
        isThere ? Promise.resolve({ pulled: [], built: [] }) : Promise.reject(stepFailure('NotFound', 'no such image'));
      await world().serving(ref, { ...risky, pullImages }, async () => {
        const keeper = await world().startKeeper(ref);
        await askFor(keeper, { reason: 'a release' });
        expect(await ended(ref, 1)).toMatchObject({ outcome: 'waiting' });
        isThere = false;
        await keeper.signal('approve', { number: 1, by: 'ann@host' });
        expect(await ended(ref, 2)).toMatchObject({ outcome: 'failed', message: 'no such image' });
        isThere = true;
        await askFor(keeperOf(ref), { reason: 'once more' });
        expect(await ended(ref, 3)).toMatchObject({ outcome: 'deployed' });
        // It was used up by that.
        await askFor(keeperOf(ref), { reason: 'the next' });
        expect(await ended(ref, 4)).toMatchObject({ outcome: 'waiting' });
      });
    },
    LONG,
  );
});
