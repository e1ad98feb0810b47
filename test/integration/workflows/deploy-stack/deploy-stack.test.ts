import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { describe, expect, it } from 'vitest';
import type { ConcludeInput } from '../../../../activities/types.js';
import { deploymentId, FAILURES, taskQueueOf, type StackRef } from '../../../../workflows/contract.js';
import type { DeploymentStatus } from '../../../../workflows/model.js';
import { aCheckout, anAsk, anObservation, aPlan } from '../../../support/story.js';
import { aGate, askFor, eventsOf, resultOf, stepFailure, untilCancelled } from '../../../support/temporal-world.js';
import { useTemporalWorld } from '../../../support/temporal-world-in-vitest.js';

const world = useTemporalWorld();

const LONG = 120_000;
const deployment = (ref: StackRef) => world().client.workflow.getHandle(deploymentId(ref, 1));

/** Asks the keeper and waits for the deployment's result. */
async function deploy(ref: StackRef): Promise<unknown> {
  const keeper = await world().startKeeper(ref);
  await askFor(keeper, { reason: 'please' });
  return resultOf(deployment(ref));
}

describe('workflows/deploy-stack/deploy-stack', () => {
  it(
    'started by a stranger it ends at once, with what to do instead',
    async () => {
      const ref = world().newStack();
      await world().serving(ref, {}, async () => {
        const { host, stack } = ref;
        const handle = await world().client.workflow.start('deployStack', {
          workflowId: deploymentId(ref, 1),
          taskQueue: taskQueueOf(host),
          args: [anAsk({ host, stack, number: 1 })],
        });
        await expect(handle.result()).rejects.toMatchObject({
          cause: { type: FAILURES.badInput, message: expect.stringContaining('birdkeeper deploy') as string },
        });
        expect(await eventsOf(handle)).toEqual([
          'WORKFLOW_EXECUTION_STARTED',
          'WORKFLOW_TASK_SCHEDULED',
          'WORKFLOW_TASK_STARTED',
          'WORKFLOW_TASK_COMPLETED',
          'WORKFLOW_EXECUTION_FAILED',
        ]);
      });
    },
    LONG,
  );

  it(
    'a good deployment: result, search attributes, details, and every step readable alone in the history',
    async () => {
      const ref = world().newStack();
      await world().serving(ref, {}, async () => {
        expect(await deploy(ref)).toMatchObject({ number: 1, outcome: 'deployed', phase: 'record' });
        const described = await deployment(ref).describe();
        const attributes = Object.fromEntries(
          described.typedSearchAttributes.getAll().map(({ key, value }) => [key.name, value]),
        );
        expect(attributes).toMatchObject({ Stack: ref.stack, Host: ref.host, Trigger: 'asked', Outcome: 'deployed' });
        expect(attributes.Commit).toMatch(/^[0-9a-f]{40}$/);
        expect(await described.staticSummary()).toBe(`deployment 1 of ${ref.stack}: please`);
        expect(await described.staticDetails()).toContain('Reason: please');
        const { currentDetails } = await deployment(ref).query<{ currentDetails: string }>(
          '__temporal_workflow_metadata',
        );
        expect(currentDetails).toContain('**deployed** (in phase record)');
        expect(currentDetails).toContain('| web | restart | config/web.conf changed | healthy |');
        expect(summariesOf(await deployment(ref).fetchHistory())).toEqual([
          `open the log of deployment 1 of ${ref.stack}`,
          `inspect the checkouts of ${ref.stack}`,
          `fetch every checkout of ${ref.stack} and compare`,
          `stage the wanted commits of ${ref.stack} beside the live checkouts`,
          `validate the staged ${ref.stack} and plan`,
          `pull and build the images ${ref.stack} lacks`,
          `advance all checkouts of ${ref.stack}, or none`,
          `apply the plan to ${ref.stack}`,
          `settle: wait until ${ref.stack} is healthy and quiet`,
          'record deployment 1: deployed',
          `make the schedules of ${ref.stack} what its configuration says`,
        ]);
      });
    },
    LONG,
  );

  it.each(['applyServices', 'settleServices'] as const)(
    'cancelled in %s it puts the former release back and calls none bad',
    async (step) => {
      const ref = world().newStack();
      const gate = aGate();
      const calls: string[] = [];
      const concluded: ConcludeInput[] = [];
      const waiting = (name: string) => async (input: { direction: string }) => {
        calls.push(`${name} ${input.direction}`);
        if (name === step && input.direction === 'forward') await untilCancelled(gate);
        return { services: aPlan().services, health: [], sickBefore: [] };
      };
      const activities = {
        applyServices: waiting('applyServices'),
        settleServices: waiting('settleServices'),
        reverseCheckouts: () => {
          calls.push('reverseCheckouts');
          return Promise.resolve({ moved: [], leftAlone: [] });
        },
        concludeDeployment: (input: ConcludeInput) => {
          concluded.push(input);
          return Promise.resolve(null);
        },
      };
      await world().serving(ref, activities, async () => {
        try {
          const keeper = await world().startKeeper(ref);
          await askFor(keeper);
          await gate.reached;
          await deployment(ref).cancel();
          expect(await deployment(ref).result()).toMatchObject({
            outcome: 'rolled back',
            message: 'cancelled by a person',
          });
        } finally {
          gate.open();
        }
      });
      expect(calls.slice(-3)).toEqual(['reverseCheckouts', 'applyServices back', 'settleServices back']);
      expect(concluded).toHaveLength(1);
      expect(concluded[0]).toMatchObject({ outcome: 'rolled back', quarantine: true });
    },
    LONG,
  );

  it(
    'cancelled while a pull does not listen: nothing moves and nothing is rolled back',
    async () => {
      const ref = world().newStack();
      const gate = aGate();
      const moved: string[] = [];
      const move = (name: string) => () => {
        moved.push(name);
        return Promise.reject(stepFailure('ApplyFailed'));
      };
      const activities = {
        pullImages: async () => {
          gate.reach();
          await gate.opened;
          return { pulled: [], built: [] };
        },
        advanceCheckouts: move('advance'),
        reverseCheckouts: move('reverse'),
      };
      await world().serving(ref, activities, async () => {
        try {
          const keeper = await world().startKeeper(ref);
          await askFor(keeper);
          await gate.reached;
          await deployment(ref).cancel();
        } finally {
          gate.open();
        }
        expect(await deployment(ref).result()).toMatchObject({ outcome: 'cancelled', phase: 'pull' });
      });
      expect(moved).toEqual([]);
    },
    LONG,
  );

  it(
    'a retryable failure is tried again by the server, a hopeless one is not',
    async () => {
      const ref = world().newStack();
      let stages = 0;
      let pulls = 0;
      const activities = {
        stageRelease: () =>
          (stages += 1) < 3
            ? Promise.reject(stepFailure('RemoteUnavailable'))
            : Promise.resolve({ checkouts: 2, renderedFiles: [] }),
        pullImages: () => {
          pulls += 1;
          return Promise.reject(stepFailure('Unauthorised', 'the registry refused us'));
        },
      };
      await world().serving(ref, activities, async () => {
        expect(await deploy(ref)).toMatchObject({ outcome: 'failed', message: 'the registry refused us' });
      });
      expect([stages, pulls]).toEqual([3, 1]);
    },
    LONG,
  );

  it(
    'its status can be asked while it runs, and after it ended',
    async () => {
      const ref = world().newStack();
      const gate = aGate();
      const checkouts = [aCheckout('private', 'behind', { subject: '| <script> \n# x' })];
      const activities = {
        observeStack: () => Promise.resolve(anObservation({ checkouts })),
        applyServices: async () => {
          await untilCancelled(gate);
          return { services: aPlan().services };
        },
      };
      await world().serving(ref, activities, async () => {
        const keeper = await world().startKeeper(ref);
        await askFor(keeper);
        await gate.reached;
        expect(await deployment(ref).query<DeploymentStatus>('status')).toMatchObject({
          phase: 'apply',
          word: 'behind',
          plan: { untouched: 4 },
        });
        const { currentDetails } = await deployment(ref).query<{ currentDetails: string }>(
          '__temporal_workflow_metadata',
        );
        expect(currentDetails).toContain('**Phase: apply**');
        expect(currentDetails).toContain('\\| \\<script\\> ');
        expect(currentDetails).not.toContain('\n# x');
        gate.open();
        await deployment(ref).result();
        expect((await deployment(ref).query<DeploymentStatus>('status')).outcome).toBe('deployed');
      });
    },
    LONG,
  );
});

function summariesOf(history: Parameters<typeof historyToJSON>[0]): string[] {
  const { events } = JSON.parse(historyToJSON(history)) as {
    events: { userMetadata?: { summary?: { data: string } }; activityTaskScheduledEventAttributes?: unknown }[];
  };
  return events
    .filter((event) => event.activityTaskScheduledEventAttributes !== undefined)
    .map(
      ({ userMetadata }) => JSON.parse(Buffer.from(userMetadata?.summary?.data ?? '""', 'base64').toString()) as string,
    );
}
