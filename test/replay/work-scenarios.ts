/** Runs of jobs and of work besides deployments whose histories are kept. */
import type { ContainerJobResult } from '../../activities/types.js';
import { SIGNALS, taskQueueOf, type StackRef } from '../../workflows/contract.js';
import { resultOf, type TemporalWorld } from '../support/temporal-world.js';
import type { Scenario } from './scenarios.js';

const JOB = { name: 'tidy', hash: '0123456789abcdef' };
const failed: ContainerJobResult = {
  outcome: 'failed',
  exitStatus: 3,
  seconds: 1,
  lastLines: ['no space'],
  retries: 0,
};

const startOf = (world: TemporalWorld, ref: StackRef, type: string, input: object) =>
  world.client.workflow.start(type, {
    workflowId: `recorded/${type}/${ref.stack}`,
    taskQueue: taskQueueOf(ref.host),
    args: [{ v: 1, ...ref, ...input }],
  });

const run = (type: string, input: object, activities: ReturnType<Scenario['activities']> = {}): Scenario => ({
  activities: () => activities,
  run: async (world, ref) => {
    const handle = await startOf(world, ref, type, input);
    await handle.result().catch(() => undefined);
    return handle;
  },
});

const request = { kind: 'job', deadlineSeconds: 60, input: JOB };

/** Work that a keeper does for a workflow; the history of who asks, or of the keeper's first run. */
const asked = (kept: 'requester' | 'keeper'): Scenario => ({
  activities: () => ({}),
  run: async (world, ref) => {
    const keeper = await world.startKeeper(ref);
    const handle = await startOf(world, ref, 'requestWork', request);
    await resultOf(handle);
    if (kept === 'requester') return handle;
    const { workflowId, firstExecutionRunId } = keeper;
    const first = world.client.workflow.getHandle(workflowId, firstExecutionRunId, { followRuns: false });
    await first.result().catch(() => undefined);
    return first;
  },
});

/** Nobody's turn comes before the deadline, because a deployment waits for a gate. */
const withdrawn: Scenario = {
  activities: (gate) => ({
    pullImages: async () => {
      gate.reach();
      await gate.opened;
      return { pulled: [], built: [] };
    },
  }),
  run: async (world, ref, gate) => {
    const keeper = await world.startKeeper(ref);
    await keeper.signal(SIGNALS.forceDeploy);
    await gate.reached;
    const handle = await startOf(world, ref, 'requestWork', { ...request, deadlineSeconds: 1 });
    await handle.result().catch(() => undefined);
    gate.open();
    return handle;
  },
};

/** Found work that another keeper had begun. */
const attached: Scenario = {
  activities: () => ({}),
  run: async (world, ref) => {
    const working = { kind: 'job', id: `recorded/gone/${ref.stack}`, input: JOB };
    const { workflowId, firstExecutionRunId } = await world.startKeeper(ref, { nextNumber: 5, queue: [], working });
    const first = world.client.workflow.getHandle(workflowId, firstExecutionRunId, { followRuns: false });
    await first.result().catch(() => undefined);
    return first;
  },
};

let tries = 0;
let dataTries = 0;

export const WORK_SCENARIOS: Readonly<Record<string, Scenario>> = {
  'runContainerJob.done': run('runContainerJob', JOB),
  'runContainerJob.failed': run('runContainerJob', JOB, { runContainerJob: () => Promise.resolve(failed) }),
  'runContainerJob.tried-again': run('runContainerJob', JOB, {
    runContainerJob: () => Promise.resolve({ ...failed, retries: (tries += 1) === 1 ? 1 : 0 }),
  }),
  'runContainerJob.bad-input': run('runContainerJob', {}),
  'deployData.deployed': run('deployData', JOB),
  'deployData.tried-again': run('deployData', JOB, {
    deployData: () =>
      Promise.resolve(
        (dataTries += 1) === 1 ? { failed: 'maps: cp ended with status 1', retries: 1 } : { entries: [] },
      ),
  }),
  'restoreStack.restored': run('restoreStack', { wanted: 'latest', only: 'db,web' }),
  'previewRestore.looked': run('previewRestore', { wanted: 'release:3' }),
  'verifyBackup.verified': run('verifyBackup', {}),
  'rollbackNotebooks.rolled-back': run('rollbackNotebooks', {}),
  'deployNotebooks.held-back': run(
    'deployNotebooks',
    { force: true },
    {
      deployNotebooks: () =>
        Promise.resolve({ outcome: 'held back', notebooks: 3, sources: [{ name: 'a', sha256: 'ab' }] }),
    },
  ),
  'rotateLogs.rotated': run('rotateLogs', {}),
  'requestWork.done': asked('requester'),
  'requestWork.withdrawn': withdrawn,
  'requestWork.without-keeper': run('requestWork', request),
  'keepStack.work': asked('keeper'),
  'keepStack.work-attached': attached,
};
