import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { DefaultLogger, NativeConnection, Runtime, Worker } from '@temporalio/worker';
import type { WorkflowBundleWithSourceMap } from '@temporalio/worker';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StateDirectory } from '../../../activities/state/index.js';
import type { Activities } from '../../../activities/types.js';
import type { Interruption, Screen } from '../../../client/io.js';
import { ensureNamespace } from '../../../client/namespace.js';
import { StackReport } from '../../../client/schemas.js';
import { keeperId, NAMESPACE, taskQueueOf } from '../../../workflows/contract.js';
import type { KeeperMemory } from '../../../workflows/keep-stack/messages.js';
import type { Release, WaitingRelease } from '../../../workflows/model.js';
import { birdkeeper, type Ran } from '../../support/command-line.js';
import { ownTemporal, type OwnTemporal } from '../../support/own-temporal.js';
import { goodActivities, NEW } from '../../support/story.js';
import { bundleFromSources } from '../../support/temporal-world.js';

let temporal: OwnTemporal | undefined;
let connection: Connection;
let native: NativeConnection;
let client: Client;
let workflowBundle: WorkflowBundleWithSourceMap;
let dir: string;
let stacks = 0;

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR') });
  dir = await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-test-keeper-')));
  temporal = await ownTemporal('with-keeper');
  connection = await Connection.connect({ address: temporal.server.address });
  native = await NativeConnection.connect({ address: temporal.server.address });
  client = new Client({ connection, namespace: NAMESPACE });
  await ensureNamespace(connection, NAMESPACE);
  workflowBundle = await bundleFromSources();
}, 120_000);
afterAll(async () => {
  await connection?.close();
  await native?.close();
  await temporal?.remove();
  await rm(dir, { recursive: true, force: true });
});

interface Place {
  run: (...args: string[]) => Promise<Ran>;
  drawn: (screen: Screen, ...args: string[]) => Promise<Ran>;
  interrupted: (interruption: Interruption, heard: string[], ...args: string[]) => Promise<Ran>;
}

/** A stack of its own whose keeper begins with that memory. */
async function kept(
  memory: Partial<KeeperMemory>,
  work: (place: Place) => Promise<void>,
  activities: Partial<Activities> = {},
  releases: Release[] = [],
): Promise<void> {
  if (!temporal) throw new Error('no server');
  stacks += 1;
  const ref = { stack: `sample${stacks}`, host: `host${stacks}` };
  const directory = join(dir, ref.stack);
  await mkdir(directory);
  const state = await new StateDirectory(temporal.stateDirectory).register({ name: ref.stack, directory });
  for (const release of releases) await state.recordRelease(release);
  const line = { settings: { stateDirectories: [temporal.stateDirectory], host: ref.host }, cwd: directory };
  const place: Place = {
    run: (...args) => birdkeeper(line, ...args),
    drawn: (screen, ...args) => birdkeeper({ ...line, settings: { ...line.settings, plain: false }, screen }, ...args),
    interrupted: (interruption, heard, ...args) => birdkeeper({ ...line, interruption, heard }, ...args),
  };
  const taskQueue = taskQueueOf(ref.host);
  const worker = await Worker.create({
    connection: native,
    namespace: NAMESPACE,
    taskQueue,
    workflowBundle,
    activities: goodActivities(activities),
  });
  await worker.runUntil(async () => {
    await client.workflow.start('keepStack', {
      workflowId: keeperId(ref),
      taskQueue,
      args: [{ v: 1, ...ref, memory: { nextNumber: 7, queue: [], ...memory } }],
    });
    await expect
      .poll(async () => (await place.run('status')).out, { timeout: 30_000, interval: 250 })
      .not.toContain('note:');
    await work(place);
    await client.workflow.getHandle(keeperId(ref)).terminate();
  });
}

const waiting: WaitingRelease = {
  number: 4,
  commits: { private: NEW },
  digest: 'abc',
  needsApproval: true,
  why: 'BIRDKEEPER_APPROVAL=always.',
  at: '2026-11-24T10:00:00.000Z',
};
const release = (number: number): Release => ({
  number,
  at: `2026-11-0${number}T10:00:00Z`,
  commits: {},
  services: {},
  containers: {},
  rendered: {},
});

describe('client/with-keeper', { timeout: 90_000 }, () => {
  it('pauses with a reason, shows it, refuses to pause twice, and resumes', async () => {
    await kept({}, async ({ run }) => {
      expect(await run('resume')).toMatchObject({
        status: 2,
        err: expect.stringContaining('It is not paused') as string,
      });
      expect(await run('pause', '--reason', 'the disk is changed')).toMatchObject({ status: 0 });
      const { out } = await run('status');
      expect(out).toMatch(/^paused +\d+ \w+ ago by ann@alpha: the disk is changed$/m);
      expect(out).toContain('to do: Nothing is deployed by itself until: birdkeeper resume');
      expect(await run('pause')).toMatchObject({ status: 2, err: expect.stringContaining('paused already') as string });
      const resumed = await run('resume');
      expect(resumed.out).toContain('is deployed by itself again. It was paused');
      expect(resumed.status).toBe(0);
      const json = StackReport.strict().parse(JSON.parse((await run('status', '--json')).out));
      expect(json).toMatchObject({ paused: null, waiting: null });
    });
  });

  it('approves exactly the deployment that waits, and follows the one that brings it', async () => {
    await kept({ waiting }, async ({ run }) => {
      expect((await run('status')).out).toContain(`birdkeeper approve 4`);
      expect(await run('approve', '3')).toMatchObject({
        status: 2,
        err: expect.stringContaining('Deployment 3 does not wait, deployment 4 does') as string,
      });
      const { status, out } = await run('approve', '4', '--reason', 'seen', '--wait');
      expect(out).toContain('Deployment 4 is approved: deployment 7 brings its release.');
      expect(out).toMatch(/deployment 7: deployed/);
      expect(status).toBe(0);
      expect(await run('reject', '4')).toMatchObject({
        status: 2,
        err: expect.stringContaining('Nothing waits') as string,
      });
    });
  });

  it('says when an approved deployment has to wait for its window, and ends the waiting with 3', async () => {
    await kept({ waiting: { ...waiting, opensAt: '2999-11-27T02:00:00Z' } }, async ({ run }) => {
      const { status, out } = await run('approve', '4', '--wait');
      expect(out).toBe('Deployment 4 is approved: it is deployed when the window opens at 2999-11-27T02:00:00Z.');
      expect(status).toBe(3);
      expect((await run('approve', '4')).err).toContain('approved already by ann@alpha');
    });
  });

  it('rejects what waits', async () => {
    await kept({ waiting }, async ({ run }) => {
      expect(await run('reject', '4', '--reason', 'not today')).toMatchObject({ status: 0 });
      expect((await run('status')).out).not.toMatch(/^waits/m);
    });
  });

  it('rolls back to a recorded release, and lists those there are', async () => {
    await kept(
      {},
      async ({ run }) => {
        const unknown = await run('rollback', '9');
        expect(unknown).toMatchObject({ status: 2 });
        expect(unknown.err).toBe(
          'Release 9 is not kept. There are: 2 (2026-11-02T10:00:00Z), 1 (2026-11-01T10:00:00Z).',
        );
        expect((await run('rollback', '3')).err).toContain('Release 3 is the one that runs.');
        const { status, out } = await run('rollback', '1', '--wait', '--reason', 'the page is wrong');
        expect(out).toContain('deployment 7 goes back to release 1');
        expect(out).toContain('(rollback): the page is wrong');
        expect(status).toBe(0);
      },
      {},
      [release(1), release(2), release(3)],
    );
  });

  it('leaves the deployment running when ^C ends the waiting, says so and ends with 130', async () => {
    let open: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (open = resolve));
    const pullImages: Activities['pullImages'] = async () => {
      await gate;
      return { pulled: [], built: [] };
    };
    await kept(
      {},
      async ({ run, interrupted }) => {
        const controller = new AbortController();
        const heard: string[] = [];
        let done = false;
        const interruption = { signal: controller.signal, done: () => void (done = true) };
        const asked = interrupted(interruption, heard, 'deploy', '--wait');
        await expect.poll(() => heard, { timeout: 30_000 }).toContain('phase: pull');
        controller.abort();
        const { status, out } = await asked;
        expect({ status, done }).toEqual({ status: 130, done: true });
        expect(out).toContain('deployment 7 goes on without you. Follow it with: birdkeeper status');
        open();
        await expect
          .poll(async () => (await run('status')).out, { timeout: 30_000, interval: 250 })
          .not.toMatch(/^now/m);
      },
      { pullImages },
    );
  });

  it('draws on a terminal, and leaves the final table and the outcome there', async () => {
    await kept({}, async ({ drawn }) => {
      const terminal = aTerminal();
      const { status, out } = await drawn(terminal.screen, 'deploy', '--wait');
      expect(status).toBe(0);
      expect(out.split('\n').at(-1)).toMatch(/^deployment 7: deployed/);
      expect(out).not.toContain('phase:');
      const shown = terminal.lines();
      expect(shown.filter((line) => line.includes('deployment 7'))).toHaveLength(1);
      expect(shown).toContainEqual(expect.stringMatching(/^ {2}web +restart +healthy/));
      expect(shown).toContain('ended in: record');
    });
  });
});

/** A double of a terminal that understands what is written to it. */
function aTerminal() {
  const lines: string[] = [];
  const write = (text: string) => {
    const [, up = '0', rest = ''] = /^(?:\u001b\[(\d+)F)?\u001b\[0J([^]*)$/.exec(text) ?? [];
    lines.splice(lines.length - Number(up));
    lines.push(...rest.split('\n').slice(0, -1));
  };
  return { lines: () => lines, screen: { columns: () => 100, rows: () => 30, write } };
}
