import { describe, expect, it } from 'vitest';
import { Worker } from '@temporalio/worker';
import { whoPolls } from '../../../client/pollers.js';
import { refuseOtherWorker, workerIdentity } from '../../../worker/other-worker.js';
import { NAMESPACE, taskQueueOf } from '../../../workflows/contract.js';
import { eventually } from '../../support/temporal-world.js';
import { useTemporalWorld } from '../../support/temporal-world-in-vitest.js';

const world = useTemporalWorld();
const OURS = 'c0ffee00';
const THEIRS = '0badcafe';

describe('worker/other-worker', () => {
  it('begins at once where nobody of another state directory polls', async () => {
    const said: string[] = [];
    await look('nobody', OURS, said);
    expect(said).toEqual([]);
  });

  it('lets the same state directory begin again at once, and refuses another one while the worker polls', async () => {
    await withWorker('taken', THEIRS, async (poll) => {
      const said: string[] = [];
      await look('taken', THEIRS, said);
      expect(said).toEqual([]);
      const refused = expect(look('taken', OURS, said)).rejects.toMatchObject({
        type: 'BadInput',
        message: expect.stringMatching(/process 4711 on alpha.*serves host taken.*BIRDKEEPER_HOST/s) as string,
      });
      await eventually(async () => said[0], 'the wait is told');
      await poll();
      await refused;
      expect(said).toHaveLength(1);
    });
  });

  it('is left by an abort while it waits', async () => {
    await withWorker('left', THEIRS, async () => {
      const abort = new AbortController();
      const said: string[] = [];
      const waiting = refuseOtherWorker(
        world().client,
        { host: 'left', stateId: OURS },
        { say: (line) => void said.push(line), signal: abort.signal },
      );
      const rejected = expect(waiting).rejects.toThrow(/abort/i);
      await eventually(async () => said[0], 'the wait is told');
      abort.abort();
      await rejected;
    });
  });
});

const look = (host: string, stateId: string, said: string[]): Promise<void> =>
  refuseOtherWorker(
    world().client,
    { host, stateId },
    { say: (line) => void said.push(line), signal: new AbortController().signal },
  );

/** A worker that was seen polling, and how to have it poll anew before its minute is over: by giving it something to do. */
async function withWorker(host: string, stateId: string, use: (poll: () => Promise<void>) => Promise<void>) {
  const { client, connection, workflowBundle } = world();
  const worker = await Worker.create({
    connection,
    namespace: NAMESPACE,
    taskQueue: taskQueueOf(host),
    identity: workerIdentity({ pid: 4711, machine: 'alpha', stateId }),
    workflowBundle,
    shutdownGraceTime: '1s',
  });
  await worker.runUntil(async () => {
    await eventually(async () => ((await whoPolls(client, host)).length > 0 ? true : undefined), 'the worker polls');
    await use(async () => {
      const handle = await client.workflow.start('checkStack', {
        workflowId: `check/${host}`,
        taskQueue: taskQueueOf(host),
        args: [{ v: 1, host, stack: 'none' }],
      });
      await handle.terminate();
    });
  });
}
