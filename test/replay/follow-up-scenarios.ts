/** Runs of what follows deployments whose histories are kept. */
import type { Activities } from '../../activities/types.js';
import { deploymentId, taskQueueOf } from '../../workflows/contract.js';
import type { FollowUpPolicy } from '../../workflows/follow-up-model.js';
import { aPlan } from '../support/story.js';
import { askFor, resultOf, stepFailure } from '../support/temporal-world.js';
import type { Scenario } from './scenarios.js';

const run = (type: string, input: object = {}, activities: Partial<Activities> = {}, keeps = false): Scenario => ({
  activities: () => activities,
  run: async (world, ref) => {
    if (keeps) await world.startKeeper(ref);
    const handle = await world.client.workflow.start(type, {
      workflowId: `recorded/${type}/${ref.stack}`,
      taskQueue: taskQueueOf(ref.host),
      args: [{ v: 1, ...ref, ...input }],
    });
    await handle.result().catch(() => undefined);
    return handle;
  },
});

/** The keeper deploys once; the follow-ups of the plan are its children. */
const followed = (policy: FollowUpPolicy, activities: Partial<Activities> = {}): Scenario => ({
  activities: () => ({
    validateRelease: () =>
      Promise.resolve(
        aPlan({
          followUps: [
            { name: 'registerWeaverProviders', policy, reason: 'finch is touched' },
            { name: 'verifyCowbird', policy: 'warn', reason: 'cowbird is touched' },
          ],
        }),
      ),
    ...activities,
  }),
  run: async (world, ref) => {
    await askFor(await world.startKeeper(ref), { reason: 'recorded' });
    const deployment = world.client.workflow.getHandle(deploymentId(ref, 1));
    await resultOf(deployment);
    return deployment;
  },
});

const drops: Partial<Activities> = {
  lookAtWeaver: () =>
    Promise.resolve({
      ...{ has: true, wanted: ['finch'], registered: ['finch', 'emu'], drops: true, lookSeconds: 1, maxTimeSeconds: 5 },
    }),
  findSilentProviders: () => Promise.resolve({ others: ['emu'], silent: ['emu'] }),
};

const ended = { state: 'failed', why: 'Celery gives no answer' } as const;
const notInStep: Partial<Activities> = { concludeWeaver: () => Promise.reject(stepFailure('Unhealthy')) };

export const FOLLOW_UP_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'registerWeaverProviders.in-step': run('registerWeaverProviders'),
  'registerWeaverProviders.no-weaver': run(
    'registerWeaverProviders',
    {},
    {
      lookAtWeaver: () => Promise.resolve({ has: false }),
    },
  ),
  'registerWeaverProviders.one-bird': run('registerWeaverProviders', { birds: ['raven'] }),
  'registerWeaverProviders.not-in-step': run(
    'registerWeaverProviders',
    { number: 7 },
    {
      ...notInStep,
      registerProvider: ({ bird }) =>
        bird === 'raven' ? Promise.reject(stepFailure('Unauthorised')) : Promise.resolve({ bird, word: 'up to date' }),
    },
  ),
  'registerWeaverProviders.failed': run(
    'registerWeaverProviders',
    {},
    {
      ...notInStep,
      lookAtWeaver: () => Promise.reject(stepFailure('Unauthorised')),
    },
  ),
  'registerWeaverProviders.dropped': run('registerWeaverProviders', {}, drops),
  'registerWeaverProviders.restarted': run(
    'registerWeaverProviders',
    {},
    {
      checkWeaverWorker: () => Promise.resolve(ended),
      ...notInStep,
    },
    true,
  ),
  'registerWeaverProviders.bad-input': run('registerWeaverProviders', { birds: 'raven' }),
  'unregisterWeaverProvider.unregistered': run('unregisterWeaverProvider', { bird: 'emu' }),
  'restartWeaver.restarted': run('restartWeaver'),
  'verifyCowbird.in-step': run('verifyCowbird'),
  'verifyCowbird.not-in-step': run(
    'verifyCowbird',
    { number: 7 },
    {
      verifyCowbird: () =>
        Promise.resolve({
          ...{ inStep: false, handlers: [], withoutWorkspace: ['anne'] },
          findings: [{ what: 'worker', why: 'It does not answer.', todo: 'Look at cowbird-worker.' }],
        }),
    },
  ),
  'resyncCowbird.resynced': run('resyncCowbird', { handler: 'FileSystem' }),
  'deployStack.followed': followed('warn'),
  'deployStack.follow-up-held': followed('fail'),
  'deployStack.follow-up-failed': followed('fail', notInStep),
  'deployStack.follow-up-rolled-back': followed('roll back', notInStep),
};
