/** Keepers that get everything a stranger could send. */
import { randomUUID } from 'node:crypto';
import type { HistoryAndWorkflowId, WorkflowHandle } from '@temporalio/client';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { Worker } from '@temporalio/worker';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  deploymentId,
  keeperId,
  NAMESPACE,
  QUERIES,
  SIGNALS,
  taskQueueOf,
  UPDATES,
  type StackRef,
} from '../../../../workflows/contract.js';
import { keeperStatusQuery } from '../../../../workflows/keep-stack/messages.js';
import type { KeeperStatus } from '../../../../workflows/model.js';
import { hostileJson, isSentence, nearly } from '../../../support/hostile.js';
import { aPlan, behindBy, NEW } from '../../../support/story.js';
import { askFor, eventually, resultOf } from '../../../support/temporal-world.js';
import { useTemporalWorld } from '../../../support/temporal-world-in-vitest.js';

const world = useTemporalWorld();

const LONG = 240_000;
const SEED = 20_261_126;

interface RawPayload {
  metadata?: Record<string, Uint8Array>;
  data?: Uint8Array;
}
const encoded = (encoding: string | Uint8Array, data: string | Uint8Array, more = {}): RawPayload => ({
  metadata: { encoding: Buffer.from(encoding), ...more },
  data: Buffer.from(data),
});
const json = (text: string): RawPayload => encoded('json/plain', text);

/** Argument lists that no client of ours sends. */
const ODD: readonly RawPayload[][] = [
  [],
  [{}],
  [json('{"reason": ')],
  [json('NaN')],
  [json('\ufeff{}')],
  [json('{"__proto__": {"force": true}, "reason": "x", "number": 1}')],
  [json('{"number": 1, "number": 2, "by": "\\ud800"}')],
  [json(`${'['.repeat(20_000)}${']'.repeat(20_000)}`)],
  [json(`{"reason": "${'x'.repeat(200_000)}"}`)],
  [encoded('json/plain', Buffer.from([0xff, 0xfe, 0x00]))],
  [encoded('binary/plain', 'x')],
  [encoded('binary/null', 'x')],
  [encoded('json/protobuf', '{}', { messageType: Buffer.from('no.Such') })],
  [encoded('binary/protobuf', 'x')],
  [encoded('nobody/knows', 'x')],
  [encoded(Buffer.from([0xff]), 'x')],
  Array.from({ length: 50 }, () => json('{"number": 1}')),
];

const GOOD: Readonly<Record<string, unknown>> = {
  forceDeploy: { reason: 'now', by: 'ann@alpha' },
  deploymentNeeded: { word: 'behind', reason: 'one push', commits: { private: NEW }, deploys: true },
  approve: { number: 1, by: 'ann@alpha', reason: 'it is fine' },
  reject: { number: 1, by: 'ann@alpha', reason: 'it is not' },
  pause: { reason: 'holidays', by: 'ann@alpha' },
  resume: {},
  deploy: { reason: 'now', force: true, first: false, by: 'ann@alpha' },
  rollback: { number: 1, by: 'ann@alpha', reason: 'it was better' },
};
const UPDATE_NAMES: readonly string[] = Object.values(UPDATES);
const NAMES = [...Object.values(SIGNALS), ...UPDATE_NAMES];
const SENT = fc.sample(
  fc
    .constantFrom(...NAMES)
    .chain((name) => fc.tuple(fc.constant(name), fc.oneof(nearly(GOOD[name]), hostileJson)))
    .map(([name, value]) => [name, [json(JSON.stringify(value) ?? 'null')]] as const),
  { seed: SEED, numRuns: 90 },
);
/** Each odd list goes to some of the names; together they have each name several times. */
const SENT_ODD = ODD.flatMap((payloads, index) =>
  [...NAMES, 'nobodyKnows'].filter((_, at) => (at + index) % 3 === 0).map((name) => [name, payloads] as const),
);

const addressOf = (ref: StackRef) => ({ namespace: NAMESPACE, workflowExecution: { workflowId: keeperId(ref) } });
const newestOf = (ref: StackRef): WorkflowHandle => world().client.workflow.getHandle(keeperId(ref));

/** The sentence of an update that was refused, else undefined. */
async function update(ref: StackRef, name: string, payloads: readonly RawPayload[]): Promise<string | undefined> {
  const { outcome } = await world().client.workflowService.updateWorkflowExecution({
    ...addressOf(ref),
    waitPolicy: { lifecycleStage: 3 },
    request: { meta: { updateId: randomUUID() }, input: { name, args: { payloads: [...payloads] } } },
  });
  return outcome?.failure?.message ?? undefined;
}

async function signal(ref: StackRef, signalName: string, payloads: readonly RawPayload[]): Promise<void> {
  const input = { payloads: [...payloads] };
  await world().client.workflowService.signalWorkflowExecution({ ...addressOf(ref), signalName, input });
}

async function send(ref: StackRef, name: string, payloads: readonly RawPayload[]): Promise<void> {
  if (!UPDATE_NAMES.includes(name)) return signal(ref, name, payloads);
  const refused = await update(ref, name, payloads);
  if (refused !== undefined) expect(isSentence(refused), refused).toBe(true);
}

const idle = (ref: StackRef): Promise<KeeperStatus> =>
  eventually(
    async () => {
      const status = await newestOf(ref).query(keeperStatusQuery);
      return status.running === undefined && status.queued.length === 0 ? status : undefined;
    },
    'the keeper is idle',
    120_000,
  );

interface Event {
  eventType: string;
  workflowTaskFailedEventAttributes?: { cause: string; failure?: { message?: string } };
  workflowExecutionContinuedAsNewEventAttributes?: { newExecutionRunId: string };
}
const eventsIn = ({ history }: HistoryAndWorkflowId): Event[] =>
  (JSON.parse(historyToJSON(history as Parameters<typeof historyToJSON>[0])) as { events: Event[] }).events;

/** Every run of a workflow, from its first. */
async function runsFrom(workflowId: string, firstRunId?: string): Promise<HistoryAndWorkflowId[]> {
  const history = await world().client.workflow.getHandle(workflowId, firstRunId).fetchHistory();
  const run = { workflowId, history };
  const next = eventsIn(run).at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  return next === undefined ? [run] : [run, ...(await runsFrom(workflowId, next))];
}

/** The server refuses to close a run while a message comes in, and asks again: that is no failure of the code. */
const failedTasks = (run: HistoryAndWorkflowId): string[] =>
  eventsIn(run).flatMap(({ workflowTaskFailedEventAttributes: failed }) =>
    failed === undefined || failed.cause.endsWith('UNHANDLED_COMMAND')
      ? []
      : [`${run.workflowId}: ${failed.cause} ${failed.failure?.message ?? ''}`],
  );

async function replayFailures(runs: HistoryAndWorkflowId[]): Promise<string[]> {
  const failures: string[] = [];
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: world().workflowBundle }, runs))
    if (error !== undefined) failures.push(`${workflowId}: ${error.message}`);
  return failures;
}

/** Deployments wait for a person, so that a yes and a no mean something. */
const waiting = {
  observeStack: () => Promise.resolve(behindBy('private')),
  validateRelease: () => Promise.resolve(aPlan({ needsApproval: true, digest: 'd' })),
};

describe('workflows/keep-stack/keep-stack-hostile', () => {
  it(
    'a keeper that got more than a hundred hostile signals and updates fails no task, answers, deploys and replays',
    async () => {
      const ref = world().newStack();
      await world().serving(ref, waiting, async () => {
        const first = await world().startKeeper(ref);
        for (const [name, payloads] of [...SENT, ...SENT_ODD]) await send(ref, name, payloads);
        await idle(ref);
        await signal(ref, SIGNALS.resume, []);
        const { number } = await askFor(newestOf(ref), { reason: 'a good request', force: true });
        const good = world().client.workflow.getHandle(deploymentId(ref, number));
        expect(await resultOf(good)).toMatchObject({ number, outcome: 'deployed' });

        const keepers = await runsFrom(keeperId(ref), first.firstExecutionRunId);
        const numbers = Array.from({ length: number }, (_, index) => index + 1);
        const deployments = await Promise.all(numbers.map((each) => runsFrom(deploymentId(ref, each))));
        const runs = [...keepers, ...deployments.flat()];
        expect(runs.length).toBeGreaterThan(10);
        expect(runs.flatMap(failedTasks)).toEqual([]);
        expect(await replayFailures(runs)).toEqual([]);
      });
    },
    LONG,
  );

  it(
    'a rollback that names no release is refused in a sentence, and nothing is queued',
    async () => {
      const ref = world().newStack();
      await world().serving(ref, waiting, async () => {
        await world().startKeeper(ref);
        for (const payload of [
          json('{"number": "3"}'),
          json('{"number": -1}'),
          json('3'),
          json('{'),
          encoded('?', 'x'),
        ])
          expect(await update(ref, UPDATES.rollback, [payload])).toMatch(/^This names no release, so nothing was done/);
        expect(await newestOf(ref).query(keeperStatusQuery)).toMatchObject({ queued: [], nextNumber: 1 });
      });
    },
    LONG,
  );

  it(
    'a query is answered whatever comes with it, and one that nobody knows is refused',
    async () => {
      const ref = world().newStack();
      await world().startKeeper(ref);
      const ask = (queryType: string, payloads: RawPayload[]) =>
        world().client.workflowService.queryWorkflow({
          namespace: NAMESPACE,
          execution: { workflowId: keeperId(ref) },
          query: { queryType, queryArgs: { payloads } },
        });
      for (const payloads of ODD) expect((await ask(QUERIES.status, payloads)).queryResult).toBeDefined();
      await expect(ask('nobodyKnows', [json('1')])).rejects.toThrow(/nobodyKnows/);
      expect((await runsFrom(keeperId(ref))).flatMap(failedTasks)).toEqual([]);
    },
    LONG,
  );

  it(
    'one that is started by a hostile signal and input ends with a sentence, or keeps the stack',
    async () => {
      const refs = ODD.map((payloads) => ({ ref: world().newStack(), payloads }));
      const farOff = { number: 1, commits: {}, digest: '', needsApproval: false, opensAt: '+275760-09-13T00:00:00Z' };
      const memories = [
        { nextNumber: Number.MAX_SAFE_INTEGER, queue: [] },
        { nextNumber: 1, queue: [], waiting: { ...farOff, why: '', at: '2026-01-02T03:04:05Z' } },
      ];
      for (const { ref, payloads } of refs)
        await world().client.workflowService.signalWithStartWorkflowExecution({
          namespace: NAMESPACE,
          workflowId: keeperId(ref),
          requestId: randomUUID(),
          workflowType: { name: 'keepStack' },
          taskQueue: { name: taskQueueOf(ref.host) },
          signalName: SIGNALS.forceDeploy,
          input: { payloads },
          signalInput: { payloads },
        });
      const kept = await Promise.all(
        memories.map(async (memory) => {
          const ref = world().newStack();
          await world().startKeeper(ref, memory);
          return ref;
        }),
      );
      for (const { ref } of refs)
        await expect(newestOf(ref).result()).rejects.toMatchObject({ cause: { type: 'BadInput' } });
      for (const ref of kept) expect(await newestOf(ref).query(keeperStatusQuery)).toMatchObject({ queued: [] });
      for (const ref of [...refs.map((each) => each.ref), ...kept])
        expect((await runsFrom(keeperId(ref))).flatMap(failedTasks)).toEqual([]);
    },
    LONG,
  );
});
