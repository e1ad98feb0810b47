import { mkdir, mkdtemp, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Client, Connection } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { historyToJSON } from '@temporalio/common/lib/proto-utils.js';
import { bundleWorkflowCode, DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StateDirectory } from '../../../activities/state/index.js';
import type { Activities } from '../../../activities/types.js';
import { ensureNamespace } from '../../../client/namespace.js';
import type { OpenWorkflow } from '../../../client/open-workflows.js';
import { CheckAnswer, ReplayRunningAnswer, StackReport } from '../../../client/schemas.js';
import { replayHistory, replayOpen } from '../../../worker/replay.js';
import { deploymentId, FAILURES, keeperId, NAMESPACE, scheduleId, taskQueueOf } from '../../../workflows/contract.js';
import { birdkeeper, type Ran } from '../../support/command-line.js';
import { ownTemporal, type OwnTemporal } from '../../support/own-temporal.js';
import { aCheckout, anObservation, goodActivities } from '../../support/story.js';
import { resultOf } from '../../support/temporal-world.js';

const source = (path: string) => fileURLToPath(new URL(`../../../${path}`, import.meta.url));

let temporal: OwnTemporal | undefined;
let connection: Connection;
let native: NativeConnection;
let client: Client;
let workflowBundle: WorkflowBundleWithSourceMap;
let dir: string;
let stacks = 0;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  dir = await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-test-commands-')));
  temporal = await ownTemporal('commands');
  connection = await Connection.connect({ address: temporal.server.address });
  native = await NativeConnection.connect({ address: temporal.server.address });
  client = new Client({ connection, namespace: NAMESPACE });
  await ensureNamespace(connection, NAMESPACE);
  workflowBundle = await bundleWorkflowCode({
    workflowsPath: source('workflows/index.ts'),
    payloadConverterPath: source('workflows/payload-converter.ts'),
    logger: new DefaultLogger('ERROR'),
  });
}, 120_000);
afterAll(async () => {
  await connection?.close();
  await native?.close();
  await temporal?.remove();
  await rm(dir, { recursive: true, force: true });
});

interface Place {
  stack: string;
  host: string;
  directory: string;
  run(...args: string[]): Promise<Ran>;
  /** The same; `heard` gets each line as it comes. */
  hear(heard: string[], ...args: string[]): Promise<Ran>;
  /** Runs `work` while a worker serves the host and the stack has a keeper. */
  kept<T>(activities: Partial<Activities>, work: () => Promise<T>): Promise<T>;
}

/** A stack and a host of its own, known to the command line by the state directory alone. */
async function aPlace(): Promise<Place> {
  if (!temporal) throw new Error('no server');
  const stateDirectory = temporal.stateDirectory;
  stacks += 1;
  const ref = { stack: `sample${stacks}`, host: `host${stacks}` };
  const directory = join(dir, ref.stack);
  await mkdir(directory);
  await new StateDirectory(stateDirectory).register({ name: ref.stack, directory });
  const settings = { stateDirectories: [stateDirectory], host: ref.host };
  const handlers = {
    health: async () => [{ service: 'web', health: 'healthy' as const }],
    replay: (history: unknown, id: string) => replayHistory(history, id, { workflowBundle }),
    replayOpen: (open: readonly OpenWorkflow[]) => replayOpen(open, { workflowBundle }),
  };
  const place: Place = {
    ...ref,
    directory,
    run: (...args) => birdkeeper({ settings, handlers, cwd: directory }, ...args),
    hear: (heard, ...args) => birdkeeper({ settings, handlers, cwd: directory, heard }, ...args),
    kept: async (activities, work) => {
      const taskQueue = taskQueueOf(ref.host);
      const worker = await Worker.create({
        connection: native,
        namespace: NAMESPACE,
        taskQueue,
        workflowBundle,
        activities: goodActivities(activities),
      });
      return worker.runUntil(async () => {
        const args = [{ v: 1, ...ref, memory: { nextNumber: 7, queue: [] } }];
        await client.workflow.start('keepStack', { workflowId: keeperId(ref), taskQueue, args });
        // On a busy machine a worker takes its time to be seen.
        await expect
          .poll(async () => (await place.run('status')).out, { timeout: 30_000, interval: 250 })
          .not.toContain('note:');
        return work();
      });
    },
  };
  return place;
}

const fail = (type: string, message: string) => () =>
  Promise.reject(ApplicationFailure.create({ type, message, nonRetryable: true }));

describe('client/program', { timeout: 90_000 }, () => {
  it('ends with 4 when the server runs and no worker does, and still tells the status', async () => {
    const place = await aPlace();
    for (const command of ['check', 'deploy']) {
      const { status, err, tookMs } = await place.run(command);
      expect({ status, err }).toMatchObject({ status: 4 });
      expect(err).toContain(`No worker of host ${place.host} answers on the embedded Temporal server`);
      expect(err).toContain(`birdkeeper up --stack ${place.directory}`);
      expect(tookMs).toBeLessThan(5_000);
    }
    const { status, out } = await place.run('status');
    expect(status).toBe(0);
    expect(out).toContain('note: From the state directory only. No worker');
  });

  it('looks now, and tells a line per checkout', async () => {
    const place = await aPlace();
    await place.kept({}, async () => {
      const looked = await place.run('check');
      expect(looked.status).toBe(0);
      expect(looked.out).toMatch(/^behind: private is behind/);
      expect(looked.out).toMatch(
        /^ {2}private +behind +aaaaaaa → bbbbbbb, 1 commit on origin\/main: Raise the limit$/m,
      );
      expect((await place.run('check', '--exit-code')).status).toBe(10);
      const json = await place.run('check', '--json');
      expect(CheckAnswer.strict().parse(JSON.parse(json.out)).checkouts).toHaveLength(2);
    });
  });

  it('ends a look that fails with 1, and a blocked one with 3 when asked', async () => {
    const place = await aPlace();
    await place.kept({ observeStack: fail(FAILURES.badInput, 'No stack named that.') }, async () => {
      expect(await place.run('check')).toMatchObject({ status: 1, err: 'The look failed: No stack named that.' });
    });
    const dirty = await aPlace();
    const observeStack = () => Promise.resolve(anObservation({ checkouts: [aCheckout('platform', 'dirty')] }));
    await dirty.kept({ observeStack }, async () => {
      expect(await dirty.run('check', '--exit-code')).toMatchObject({ status: 3 });
      const asked = await dirty.run('deploy', '--wait');
      expect(asked).toMatchObject({ status: 3 });
      expect(asked.out).toContain('deployment 7: blocked');
    });
  });

  it('deploys through the keeper, shows what happens and ends with the outcome', async () => {
    const place = await aPlace();
    await place.kept({}, async () => {
      const { status, out } = await place.run('deploy', '--wait', '--reason', 'because I want to');
      expect(out).toContain(`deployment 7 of ${place.stack} was asked for`);
      expect(out).toContain('because I want to');
      expect(out).toMatch(/deployment 7: deployed/);
      expect(status).toBe(0);
      const report = async () => StackReport.strict().parse(JSON.parse((await place.run('status', '--json')).out));
      // The keeper hears of the end a moment after whoever follows the deployment.
      await expect.poll(report).toMatchObject({ source: 'keeper', notices: [], running: null });
      const { out: told } = await place.run('status');
      expect(told).toContain('health  all 1 services well');
    });
  });

  it('shows phases and services of a deployment that takes its time, and who waits behind it', async () => {
    const place = await aPlace();
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const settleServices: Activities['settleServices'] = async () => {
      await gate;
      return { health: [{ service: 'web', health: 'healthy' }], sickBefore: [] };
    };
    await place.kept({ settleServices }, async () => {
      const heard: string[] = [];
      const first = place.hear(heard, 'deploy', '--wait');
      await expect.poll(() => heard, { timeout: 30_000 }).toContain('phase: settle');
      expect((await place.run('status')).out).toMatch(/now +deployment 7 .*settle/);
      const second = place.run('deploy', '--wait', '--reason', 'again');
      await expect
        .poll(async () => (await place.run('status')).out, { timeout: 30_000, interval: 250 })
        .toMatch(/next +8: again/);
      expect((await place.run('forget')).status).toBe(3);
      open();
      const [one, two] = await Promise.all([first, second]);
      expect(one.out).toContain('phase: settle');
      expect(one.out).toContain('  web  restart  config/web.conf changed');
      expect(one.status).toBe(0);
      expect(two.out).toContain('waiting for deployment 7');
      expect(two.out).toMatch(/deployment 8: /);
    });
  });

  it('drains: begins nothing more, waits for what runs, keeps the queue, and goes on when it is taken back', async () => {
    const place = await aPlace();
    expect(await place.run('drain')).toMatchObject({ status: 4 });
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const pullImages: Activities['pullImages'] = async () => {
      await gate;
      return { pulled: [], built: [] };
    };
    await place.kept({ pullImages }, async () => {
      await place.run('deploy');
      const running = await place.run('replay', '--running', '--json');
      expect(running.status).toBe(0);
      const { workflows, begins } = ReplayRunningAnswer.parse(JSON.parse(running.out));
      expect({ begins, kinds: workflows.map(({ kind, replays }) => `${kind} ${replays}`) }).toEqual({
        begins: true,
        kinds: ['deployment true', 'keeper true'],
      });
      const drained = place.run('drain');
      await expect.poll(async () => (await place.run('status')).out, { timeout: 30_000 }).toContain('drain --undo');
      await place.run('deploy', '--reason', 'after it');
      open();
      const { status, out, err } = await drained;
      expect(status).toBe(0);
      expect(err).toContain(`Waiting: deployment/${place.host}/${place.stack}/7 runs`);
      expect(out).toContain(`Nothing runs on host ${place.host}`);
      expect((await place.run('status')).out).toMatch(/next +8: after it/);
      expect((await place.run('replay', '--running')).out).toContain(`All that is open on host ${place.host} replays`);
      expect((await place.run('drain', '--undo')).out).toBe(`Deploys again: ${place.stack}.`);
      await resultOf(client.workflow.getHandle(deploymentId(place, 8)));
    });
  });

  it('ends a deployment that was rolled back with 1', async () => {
    const place = await aPlace();
    let settles = 0;
    const settleServices: Activities['settleServices'] = async ({ direction }) => {
      settles += 1;
      if (direction === 'forward') throw ApplicationFailure.nonRetryable('web is sick', FAILURES.unhealthy);
      return { health: [], sickBefore: [] };
    };
    await place.kept({ settleServices }, async () => {
      const { status, out } = await place.run('deploy', '--wait');
      expect(out).toMatch(/deployment 7: rolled back: .*web is sick/);
      expect(status).toBe(1);
      expect(settles).toBe(2);
    });
  });

  it('says so when a deployment is ended from outside', async () => {
    const place = await aPlace();
    let reached: () => void = () => undefined;
    const inPull = new Promise<void>((resolve) => (reached = resolve));
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const pullImages: Activities['pullImages'] = async () => {
      reached();
      await gate;
      return { pulled: [], built: [] };
    };
    await place.kept({ pullImages }, async () => {
      const asked = place.run('deploy', '--wait');
      await inPull;
      await client.workflow.getHandle(deploymentId(place, 7)).terminate('a test');
      const { status, err } = await asked;
      open();
      expect(status).toBe(1);
      expect(err).toContain('deployment 7 was ended from outside');
    });
  });

  it('forgets: keeper and schedules end, the registry does not know the stack', async () => {
    const place = await aPlace();
    await place.kept({}, async () => {
      await client.schedule.create({
        scheduleId: scheduleId('autodeploy', place),
        spec: { intervals: [{ every: '1 day' }] },
        action: { type: 'startWorkflow', workflowType: 'checkStack', taskQueue: taskQueueOf(place.host), args: [] },
      });
      const { status, out } = await place.run('forget');
      expect(status).toBe(0);
      expect(out).toContain(`keeper of ${place.stack} ended`);
      expect(out).toContain(`schedules deleted: autodeploy/${place.host}/${place.stack}`);
      const keeper = await client.workflow.getHandle(keeperId(place)).describe();
      expect(keeper.status.name).toBe('TERMINATED');
      expect((await place.run('forget')).status).toBe(2);
    });
  });

  it('ends with 4 when the stack has no keeper', async () => {
    const place = await aPlace();
    await place.kept({}, async () => {
      await client.workflow.getHandle(keeperId(place)).terminate('a test');
      const { status, err } = await place.run('deploy');
      expect(status).toBe(4);
      expect(err).toContain('has no keeper');
      expect((await place.run('status')).out).toContain('note: The stack has no keeper.');
    });
  });

  it('registers birds, all or some, and ends with 1 and the words of the run when it is not in step', async () => {
    const place = await aPlace();
    const asked: string[] = [];
    let then: 'well' | 'sick' | 'none' = 'well';
    const activities: Partial<Activities> = {
      registerProvider: ({ bird }) => {
        asked.push(bird);
        return Promise.resolve({ bird, word: 'registered' });
      },
      lookAtWeaver: (input) =>
        then === 'none' ? Promise.resolve({ has: false }) : goodActivities().lookAtWeaver(input),
      concludeWeaver: (input) =>
        then === 'sick'
          ? fail(FAILURES.unhealthy, 'registered 1 of 2: raven: refuses connections')()
          : goodActivities().concludeWeaver(input),
      unregisterProvider: ({ bird }) => Promise.resolve({ removed: bird === 'emu' }),
    };
    await place.kept(activities, async () => {
      expect(await place.run('weaver', 'register')).toMatchObject({ status: 0, out: 'registered 2 of 2' });
      expect(await place.run('weaver', 'register', 'raven')).toMatchObject({ status: 0 });
      expect(asked.sort()).toEqual(['finch', 'raven', 'raven']);
      then = 'sick';
      const sick = await place.run('weaver', 'register');
      expect(sick).toMatchObject({ status: 1, err: 'registered 1 of 2: raven: refuses connections' });
      then = 'none';
      const none = await place.run('weaver', 'register');
      expect(none.status).toBe(2);
      expect(none.err).toContain('The stack has no Weaver: add components/weaver');
      const gone = await place.run('weaver', 'unregister', 'emu');
      expect(gone).toMatchObject({ status: 0, out: 'emu is not registered in Weaver any more.' });
      expect((await place.run('weaver', 'unregister', 'jay')).status).toBe(1);
    });
  });

  it('verifies Cowbird, and has it build anew only after it was told what is lost and a yes', async () => {
    const place = await aPlace();
    const resynced: string[] = [];
    let isWell = true;
    const finding = { what: 'worker', why: 'It is silent.', todo: 'Restart cowbird-worker.' };
    const activities: Partial<Activities> = {
      resyncCowbird: ({ handler }) => {
        resynced.push(handler);
        return Promise.resolve({ handler });
      },
      verifyCowbird: () =>
        Promise.resolve({ inStep: isWell, handlers: [], findings: isWell ? [] : [finding], withoutWorkspace: [] }),
    };
    await place.kept(activities, async () => {
      expect((await place.run('cowbird', 'verify')).out).toContain('in step');
      const nobody = await place.run('cowbird', 'resync');
      expect(nobody).toMatchObject({ status: 2, err: expect.stringMatching(/Wiped: [\s\S]*--yes/) as string });
      expect(resynced).toEqual([]);
      expect((await place.run('cowbird', 'resync', '--yes')).status).toBe(0);
      expect(resynced).toEqual(['FileSystem']);
      isWell = false;
      const sick = await place.run('cowbird', 'verify');
      expect(sick.status).toBe(1);
      expect(sick.err).toContain('worker: It is silent. To do: Restart cowbird-worker.');
    });
  });

  it('replays by id and from a file, and refuses an id that nobody knows', async () => {
    const place = await aPlace();
    await place.kept({}, async () => {
      await place.run('deploy', '--wait');
      const id = deploymentId(place, 7);
      expect(await place.run('replay', id)).toMatchObject({ status: 0 });
      const file = join(dir, 'history.json');
      await writeFile(file, historyToJSON(await client.workflow.getHandle(id).fetchHistory()));
      const { status, out } = await place.run('replay', file);
      expect(out).toMatch(/^history \(deployStack, \d+ events\) replays$/);
      expect(status).toBe(0);
      const unknown = await place.run('replay', 'nobody/knows');
      expect(unknown.status).toBe(2);
      expect(unknown.err).toContain('neither a file nor a workflow');
    });
  });
});
