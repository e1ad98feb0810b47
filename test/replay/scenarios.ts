/** Runs whose histories are kept. Each returns the handle of the run to keep. */
import type { WorkflowHandle } from '@temporalio/client';
import type { Activities } from '../../activities/types.js';
import { deploymentId, SIGNALS, taskQueueOf, type FailureType, type StackRef } from '../../workflows/contract.js';
import { aCheckout, anAsk, anObservation, aPlan, behindBy, NEW } from '../support/story.js';
import {
  aGate,
  askFor,
  resultOf,
  stepFailure,
  untilCancelled,
  type Gate,
  type TemporalWorld,
} from '../support/temporal-world.js';

export interface Scenario {
  activities: (gate: Gate) => Partial<Activities>;
  run(world: TemporalWorld, ref: StackRef, gate: Gate): Promise<WorkflowHandle>;
}

const deploymentOf = (world: TemporalWorld, ref: StackRef) => world.client.workflow.getHandle(deploymentId(ref, 1));

/** The keeper deploys once; the deployment is kept. */
const deployment = (activities: Partial<Activities> = {}): Scenario => ({
  activities: () => activities,
  run: async (world, ref) => {
    await askFor(await world.startKeeper(ref), { reason: 'recorded' });
    await resultOf(deploymentOf(world, ref));
    return deploymentOf(world, ref);
  },
});

/** The same, cancelled while that activity waits. */
const cancelledIn = (name: 'pullImages' | 'applyServices' | 'settleServices', listens: boolean): Scenario => ({
  activities: (gate) => {
    const wait = async () => {
      if (listens) await untilCancelled(gate);
      gate.reach();
      await gate.opened;
    };
    const result = { pulled: [], built: [], services: aPlan().services, health: [], sickBefore: [] };
    return {
      [name]: async (input: object) => {
        if (!('direction' in input && input.direction === 'back')) await wait();
        return result;
      },
    };
  },
  run: async (world, ref, gate) => {
    await askFor(await world.startKeeper(ref), { reason: 'recorded' });
    await gate.reached;
    await deploymentOf(world, ref).cancel();
    if (!listens) gate.open();
    await resultOf(deploymentOf(world, ref));
    return deploymentOf(world, ref);
  },
});

const started = (type: string, activities: Partial<Activities>, args?: unknown[]): Scenario => ({
  activities: () => activities,
  run: async (world, ref) => {
    const handle = await world.client.workflow.start(type, {
      workflowId: `recorded/${type}/${ref.stack}`,
      taskQueue: taskQueueOf(ref.host),
      args: args ?? [{ v: 1, ...ref }],
    });
    await handle.result().catch(() => undefined);
    return handle;
  },
});

const seeing = (observation: ReturnType<typeof anObservation>): Partial<Activities> => ({
  observeStack: () => Promise.resolve(observation),
});
const failing = (type: FailureType) => () => Promise.reject(stepFailure(type));
const forwardFails = (type: FailureType): Partial<Activities> => ({
  settleServices: ({ direction }) =>
    direction === 'forward' ? failing(type)() : Promise.resolve({ health: [], sickBefore: [] }),
});

/** The keeper's first run, up to where it continues as new. */
const keeper = (during: (handle: WorkflowHandle, gate: Gate) => Promise<void>): Scenario => ({
  activities: (gate) => ({
    pullImages: async () => {
      gate.reach();
      await gate.opened;
      return { pulled: [], built: [] };
    },
  }),
  run: async (world, ref, gate) => {
    const handle = await world.startKeeper(ref);
    await during(handle, gate);
    gate.open();
    await resultOf(deploymentOf(world, ref));
    const { firstExecutionRunId } = handle;
    const first = world.client.workflow.getHandle(handle.workflowId, firstExecutionRunId, { followRuns: false });
    await first.result().catch(() => undefined);
    return first;
  },
});

const needed = { word: 'behind', reason: 'private is behind', commits: { private: NEW }, deploys: true };

export const SCENARIOS: Readonly<Record<string, Scenario>> = {
  'deployStack.deployed': deployment(),
  'deployStack.up-to-date': deployment(seeing(anObservation())),
  'deployStack.blocked': deployment(seeing(anObservation({ checkouts: [aCheckout('private', 'dirty')] }))),
  'deployStack.failed': deployment({ pullImages: failing('NotFound') }),
  'deployStack.rolled-back': deployment(forwardFails('Unhealthy')),
  'deployStack.rolled-back-after-second-try': deployment(forwardFails('DiskFull')),
  'deployStack.roll-back-failed': deployment({ ...forwardFails('Unhealthy'), reverseCheckouts: failing('Blocked') }),
  'deployStack.schedules-not-set': deployment({ reconcileSchedules: failing('Configuration') }),
  'deployStack.cancelled-in-pull': cancelledIn('pullImages', false),
  'deployStack.cancelled-in-apply': cancelledIn('applyServices', true),
  'deployStack.cancelled-in-settle': cancelledIn('settleServices', true),
  'deployStack.stranger': started('deployStack', {}, [anAsk()]),
  'checkStack.up-to-date': started('checkStack', seeing(anObservation())),
  'checkStack.without-keeper': started('checkStack', seeing(behindBy('private'))),
  'checkStack.failed': started('checkStack', { observeStack: failing('Configuration') }),
  'checkStack.bad-input': started('checkStack', {}, []),
  'deployNotebooks.deployed': started('deployNotebooks', {}),
  'backUpStack.backed-up': started('backUpStack', {}),
  'keepStack.forced': keeper(async (handle, gate) => {
    await handle.signal(SIGNALS.forceDeploy);
    await gate.reached;
  }),
  'keepStack.collapsed': keeper(async (handle, gate) => {
    await askFor(handle, { reason: 'first' });
    await gate.reached;
    await handle.signal(SIGNALS.deploymentNeeded, needed);
    await handle.signal(SIGNALS.deploymentNeeded, 'nonsense');
    for (const reason of ['a', 'b']) await askFor(handle, { reason });
    await handle.signal(SIGNALS.forceDeploy, { reason: 'now' });
  }),
  'keepStack.bad-input': started('keepStack', {}),
};

export { aGate };
