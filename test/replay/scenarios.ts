/** Runs whose histories are kept. Each returns the handle of the run to keep. */
import type { WorkflowHandle, WorkflowHandleWithFirstExecutionRunId } from '@temporalio/client';
import type { Activities } from '../../activities/types.js';
import {
  deploymentId,
  SIGNALS,
  taskQueueOf,
  UPDATES,
  type FailureType,
  type StackRef,
} from '../../workflows/contract.js';
import { aCheckout, anAsk, anObservation, aPlan, aVerdict, behindBy, goodActivities, NEW } from '../support/story.js';
import {
  aGate,
  askFor,
  eventsOf,
  eventually,
  resultOf,
  stepFailure,
  untilCancelled,
  type Gate,
  type TemporalWorld,
} from '../support/temporal-world.js';

import { FOLLOW_UP_SCENARIOS } from './follow-up-scenarios.js';
import { WORK_SCENARIOS } from './work-scenarios.js';

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

const toVerify = seeing(behindBy('private', { verify: true }));
const risky: Partial<Activities> = {
  validateRelease: () => Promise.resolve(aPlan({ needsApproval: true, digest: 'd1' })),
};
const hooked: Partial<Activities> = {
  validateRelease: () =>
    Promise.resolve(
      aPlan({
        hooks: [
          { component: 'proxy', hook: 'pre' },
          { component: 'weaver', hook: 'post' },
        ],
      }),
    ),
};

const rolledBackByHand: Scenario = {
  activities: () => seeing(anObservation()),
  run: async (world, ref) => {
    const handle = await world.startKeeper(ref);
    await handle.executeUpdate(UPDATES.rollback, { args: [{ number: 3, by: 'ann@host' }] });
    await resultOf(deploymentOf(world, ref));
    return deploymentOf(world, ref);
  },
};

/** One run of a keeper out of a memory, up to where it continues as new. */
const firstRun = async (world: TemporalWorld, handle: WorkflowHandleWithFirstExecutionRunId) => {
  const { firstExecutionRunId } = handle;
  const first = world.client.workflow.getHandle(handle.workflowId, firstExecutionRunId, { followRuns: false });
  await first.result().catch(() => undefined);
  return first;
};

/** Waits for a window, is paused and resumed, then a person says no. */
const people: Scenario = {
  activities: () => ({}),
  run: async (world, ref) => {
    const waiting = {
      ...{ number: 4, commits: { private: NEW }, digest: 'd1', needsApproval: false, why: 'waits for its window' },
      ...{ opensAt: '2999-01-01T00:00:00.000Z', at: '2026-01-01T00:00:00.000Z' },
    };
    const handle = await world.startKeeper(ref, { nextNumber: 5, queue: [], waiting, noted: 'another' });
    await handle.signal(SIGNALS.pause, { reason: 'exam week', by: 'ann@host' });
    await handle.signal(SIGNALS.resume, { by: 'ann@host' });
    await handle.signal(SIGNALS.reject, { number: 4, by: 'ann@host', reason: 'not this one' });
    return firstRun(world, handle);
  },
};

/** Found a deployment that another keeper had started. */
const attached: Scenario = {
  activities: () => ({}),
  run: async (world, ref) => firstRun(world, await world.startKeeper(ref, { nextNumber: 5, queue: [], attached: 4 })),
};

/** A yes is left of a deployment that failed before anything moved. */
const approvedBefore: Scenario = {
  activities: () => risky,
  run: async (world, ref) => {
    const approved = { digest: 'd1', by: 'ann@host', number: 4 };
    const handle = await world.startKeeper(ref, { nextNumber: 1, queue: [], approved });
    await askFor(handle, { reason: 'once more' });
    return firstRun(world, handle);
  },
};

/** Handed over with something in its queue, and taken over. */
const takenOver: Scenario = {
  activities: () => ({}),
  run: async (world, ref) => {
    const queue = [{ number: 1, trigger: 'asked', force: false, reason: 'queued' }];
    const handedOver = { by: 'ann@host', at: new Date().toISOString() };
    const handle = await world.startKeeper(ref, { nextNumber: 2, queue, handedOver });
    // Of its first task, in which it begins nothing.
    await eventually(async () => ((await eventsOf(handle)).length >= 4 ? true : undefined), 'a first task');
    await handle.signal(SIGNALS.takeOver);
    return firstRun(world, handle);
  },
};

const handedOver: Scenario = {
  activities: () => ({}),
  run: async (world, ref) => {
    const handle = await world.startKeeper(ref);
    await handle.signal(SIGNALS.handOver, { by: 'ann@host' });
    return firstRun(world, handle);
  },
};

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
  'deployStack.verified': deployment({
    ...toVerify,
    ...hooked,
    concludeDeployment: () => Promise.resolve({ notify: true, nextNumber: 2 }),
  }),
  'deployStack.skipped': deployment({
    ...toVerify,
    verifyCommits: () =>
      Promise.resolve(
        aVerdict({ skips: true, triggers: [{ checkout: 'private', deploys: false, detail: 'only documents' }] }),
      ),
  }),
  'deployStack.waiting': deployment(risky),
  'deployStack.hook-failed': deployment({
    ...hooked,
    runHook: (input) => (input.direction === 'forward' ? failing('ApplyFailed')() : goodActivities().runHook(input)),
  }),
  'deployStack.roll-back-withheld': deployment({
    validateRelease: () => Promise.resolve(aPlan({ manualRollback: ['db'], interrupts: ['jupyter: ann'] })),
    settleServices: failing('Unhealthy'),
  }),
  'deployStack.rollback': rolledBackByHand,
  'checkStack.skipped': started('checkStack', {
    ...toVerify,
    verifyCommits: () => Promise.resolve(aVerdict({ skips: true })),
  }),
  'checkStack.told': started('checkStack', seeing(anObservation({ notices: true, wasTold: true }))),
  'keepStack.people': people,
  'keepStack.attached': attached,
  'deployStack.rolled-back-after-pause': deployment(forwardFails('DiskFull')),
  'keepStack.approved-before': approvedBefore,
  'keepStack.handed-over': handedOver,
  'keepStack.handed-over-while-it-deploys': keeper(async (handle, gate) => {
    await askFor(handle, { reason: 'first' });
    await gate.reached;
    await handle.signal(SIGNALS.handOver, { by: 'ann@host' });
    await askFor(handle, { reason: 'second' });
  }),
  'keepStack.taken-over': takenOver,
  ...WORK_SCENARIOS,
  ...FOLLOW_UP_SCENARIOS,
};

export { aGate };
