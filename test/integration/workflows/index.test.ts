/** One test that starts every workflow type with what a stranger on the machine could send. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FAILURES, keeperId, NAMESPACE, taskQueueOf, type StackRef } from '../../../workflows/contract.js';
import { keeperStatusQuery } from '../../../workflows/keep-stack/messages.js';
import type { KeeperStatus } from '../../../workflows/model.js';
import * as workflows from '../../../workflows/index.js';
import { anObservation } from '../../support/story.js';
import { askFor, eventsOf, eventually } from '../../support/temporal-world.js';
import { useTemporalWorld } from '../../support/temporal-world-in-vitest.js';

const world = useTemporalWorld();

const LONG = 180_000;
const SEED = 20_261_125;
const TYPES = Object.keys(workflows);

const plausible = fc.record(
  {
    v: fc.constantFrom(1, 2, '1', null),
    host: fc.oneof(fc.constant('here'), fc.jsonValue()),
    stack: fc.oneof(fc.constantFrom('sample', '../../etc', '$(id)', 'a'.repeat(300)), fc.jsonValue()),
    number: fc.oneof(fc.integer(), fc.jsonValue()),
    trigger: fc.oneof(fc.constantFrom('check', 'forced'), fc.jsonValue()),
    force: fc.oneof(fc.boolean(), fc.jsonValue()),
    reason: fc.jsonValue(),
    commits: fc.jsonValue(),
    birds: fc.oneof(fc.array(fc.constantFrom('finch', '../raven', '$(id)')), fc.jsonValue()),
    bird: fc.jsonValue(),
    handler: fc.jsonValue(),
    held: fc.jsonValue(),
    memory: fc.oneof(
      fc.record({ nextNumber: fc.jsonValue(), queue: fc.array(fc.jsonValue(), { maxLength: 3 }) }),
      fc.jsonValue(),
    ),
  },
  { requiredKeys: [] },
);
const inputs = fc.sample(fc.oneof(fc.array(plausible, { maxLength: 2 }), fc.array(fc.jsonValue(), { maxLength: 2 })), {
  seed: SEED,
  numRuns: 25,
});
const signals = fc.sample(fc.oneof(plausible, fc.jsonValue()), { seed: SEED, numRuns: 40 });

async function endsWithASentence(ref: StackRef, type: string, args: unknown[], index: number): Promise<void> {
  const handle = await world().client.workflow.start(type, {
    workflowId: `hostile/${ref.stack}/${type}/${index}`,
    taskQueue: taskQueueOf(ref.host),
    args,
  });
  const failure = await handle.result().then(
    () => undefined,
    (error: unknown) => error,
  );
  const cause = innermost(failure);
  expect(cause, `${type} with ${JSON.stringify(args)}`).toMatchObject({ type: FAILURES.badInput });
  expect(cause?.message).toMatch(/\w+ \w+/);
  expect(await eventsOf(handle)).not.toContain('WORKFLOW_TASK_FAILED');
}

function innermost(error: unknown): Error | undefined {
  if (!(error instanceof Error)) return undefined;
  return innermost(error.cause) ?? error;
}

function idle(ref: StackRef): Promise<KeeperStatus> {
  const keeper = world().client.workflow.getHandle(keeperId(ref));
  return eventually(async () => {
    const status = await keeper.query(keeperStatusQuery);
    return status.last && !status.running && status.queued.length === 0 ? status : undefined;
  }, 'the keeper is idle');
}

describe('workflows/index', () => {
  it('every type is known here', () => {
    expect(TYPES.sort()).toEqual([
      ...['backUpStack', 'checkStack', 'deployData', 'deployNotebooks', 'deployStack', 'keepStack', 'previewRestore'],
      ...['registerWeaverProviders', 'requestWork', 'restartWeaver', 'restoreStack', 'resyncCowbird'],
      ...['rollbackNotebooks', 'rotateLogs', 'runContainerJob', 'unregisterWeaverProvider', 'verifyBackup'],
      'verifyCowbird',
    ]);
  });

  it.each(TYPES)(
    '%s ends at once with a sentence, whatever it is started with',
    async (type) => {
      const ref = world().newStack();
      await Promise.all(inputs.map((args, index) => endsWithASentence(ref, type, args, index)));
    },
    LONG,
  );

  it(
    'a keeper survives whatever is sent to it, and still answers',
    async () => {
      const ref = world().newStack();
      const keeper = await world().startKeeper(ref);
      for (const payload of signals)
        for (const name of ['forceDeploy', 'deploymentNeeded']) await keeper.signal(name, payload);
      for (const payload of signals.slice(0, 10)) {
        const answer = await keeper.executeUpdate('deploy', { args: [payload] });
        expect(answer).toMatchObject({ number: expect.any(Number) as number });
      }
      expect((await idle(ref)).last).toMatchObject({
        outcome: 'failed',
        message: 'this host keeps no stack of that name',
      });
      expect(await eventsOf(world().client.workflow.getHandle(keeperId(ref)))).not.toContain('WORKFLOW_TASK_FAILED');
    },
    LONG,
  );

  it(
    'a payload that nobody can read harms nothing, sent as signal, update, query or input',
    async () => {
      const ref = world().newStack();
      const unreadable = [
        { metadata: { encoding: Buffer.from('json/plain') }, data: Buffer.from('{"reason": ') },
        { metadata: { encoding: Buffer.from('nobody/knows') }, data: Buffer.from('x') },
        { metadata: {}, data: Buffer.from([0xff, 0xfe]) },
      ];
      const { workflowService } = world().client;
      const workflowExecution = { workflowId: keeperId(ref) };
      await world().serving(ref, { observeStack: () => Promise.resolve(anObservation()) }, async () => {
        const keeper = await world().startKeeper(ref);
        for (const payload of unreadable)
          for (const signalName of ['forceDeploy', 'deploymentNeeded', 'nobodyKnows'])
            await workflowService.signalWorkflowExecution({
              namespace: NAMESPACE,
              workflowExecution,
              signalName,
              input: { payloads: [payload] },
            });
        await idle(ref);
        expect(await askFor(keeper)).toMatchObject({ collapsed: false });
        const id = `${keeperId(ref)}/2`;
        await workflowService.startWorkflowExecution({
          namespace: NAMESPACE,
          workflowId: id,
          requestId: id,
          workflowType: { name: 'keepStack' },
          taskQueue: { name: `host.${ref.host}` },
          input: { payloads: [unreadable[0] ?? {}] },
        });
        const second = world().client.workflow.getHandle(id);
        await expect(second.result()).rejects.toMatchObject({ cause: { type: FAILURES.badInput } });
        for (const handle of [keeper, second]) expect(await eventsOf(handle)).not.toContain('WORKFLOW_TASK_FAILED');
      });
    },
    LONG,
  );

  it(
    'an update that nobody knows is refused, and the keeper goes on',
    async () => {
      const ref = world().newStack();
      await world().serving(ref, {}, async () => {
        const keeper = await world().startKeeper(ref);
        await expect(keeper.executeUpdate('nobodyKnows', { args: [1] })).rejects.toThrow();
        expect((await keeper.query(keeperStatusQuery)).nextNumber).toBe(1);
      });
    },
    LONG,
  );
});
