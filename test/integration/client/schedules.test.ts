import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { StateDirectory } from '../../../activities/state/index.js';
import { ensureNamespace } from '../../../client/namespace.js';
import { SchedulesAnswer } from '../../../client/schedule-schemas.js';
import { temporalSchedules } from '../../../worker/schedule-client.js';
import type { WantedSchedule } from '../../../activities/schedules/plan.js';
import { NAMESPACE, scheduleId } from '../../../workflows/contract.js';
import { birdkeeper } from '../../support/command-line.js';
import { ownTemporal, type OwnTemporal } from '../../support/own-temporal.js';

const ref = { host: 'alpha', stack: 'web' };
let temporal: OwnTemporal;
let connection: Connection;
let client: Client;
let dir: string;

beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-test-schedules-')));
  await mkdir(join(dir, 'web'));
  temporal = await ownTemporal('schedules');
  await new StateDirectory(temporal.stateDirectory).register({ name: 'web', directory: join(dir, 'web') });
  connection = await Connection.connect({ address: temporal.server.address });
  client = new Client({ connection, namespace: NAMESPACE });
  await ensureNamespace(connection, NAMESPACE);
}, 120_000);
afterAll(async () => {
  await connection?.close();
  await temporal?.remove();
  await rm(dir, { recursive: true, force: true });
});

const run = (...args: string[]) =>
  birdkeeper({ settings: { stateDirectories: [temporal.stateDirectory] }, cwd: join(dir, 'web') }, ...args);

describe('client/schedules', { timeout: 60_000 }, () => {
  it('tells those of this stack as the server has them: frequency, next, last run, paused and why', async () => {
    expect((await run('schedules')).out).toContain('web has no schedule');
    const schedules = temporalSchedules(client.schedule);
    const frequency = { kind: 'interval' as const, seconds: 300 };
    const wanted: WantedSchedule = {
      kind: 'autodeploy',
      text: '@every 5m',
      frequency,
      catchUpSeconds: 300,
      timeZone: 'UTC',
      overlap: 'skip',
    };
    await schedules.create(ref, wanted);
    await schedules.create(ref, {
      ...wanted,
      kind: 'backup',
      text: '7 5 * * *',
      frequency: { kind: 'cron', expressions: ['7 5 * * *'] },
    });
    await schedules.create({ ...ref, stack: 'other' }, wanted);
    await client.schedule.getHandle(scheduleId('backup', ref)).pause('the disk is full');
    await client.schedule.getHandle(scheduleId('autodeploy', ref)).trigger();

    const answer = async () =>
      SchedulesAnswer.strict().parse(JSON.parse((await run('schedules', '--json')).out)).schedules;
    // No worker serves this host: the run stays open.
    await expect.poll(async () => (await answer())[0]?.last?.outcome, { timeout: 20_000 }).toBe('running');
    const [autodeploy, backup, ...more] = await answer();
    expect(more).toEqual([]);
    expect(autodeploy).toMatchObject({ kind: 'autodeploy', frequency: '@every 5m', paused: null });
    expect(Date.parse(autodeploy?.next ?? '')).toBeGreaterThan(Date.now() - 1_000);
    expect(backup).toMatchObject({
      kind: 'backup',
      frequency: '7 5 * * *',
      next: null,
      last: null,
      paused: 'the disk is full',
    });
    const { status, out } = await run('schedules');
    expect(status).toBe(0);
    expect(out).toContain('backup is paused (the disk is full).');

    await client.workflow.getHandle(autodeploy?.last?.workflowId ?? '').terminate('a test');
    await expect.poll(async () => (await answer())[0]?.last?.outcome, { timeout: 20_000 }).toBe('terminated');
  });

  it('a job that nobody would run is not started, and one is told from another of its name', async () => {
    const frequency = { kind: 'cron' as const, expressions: ['7 5 * * *'] };
    const wanted = { text: '7 5 * * *', frequency, catchUpSeconds: 60, timeZone: 'UTC', overlap: 'skip' } as const;
    await temporalSchedules(client.schedule).create(ref, { ...wanted, kind: 'job', name: 'backup', hash: '0' });
    const { status, err } = await run('jobs', 'run', 'backup');
    expect({ status, err }).toEqual({ status: 4, err: expect.stringContaining('No worker of host alpha') as string });
    expect((await run('jobs')).out).toMatch(/^job\/backup /m);
    expect(await run('jobs', 'pause', 'job/backup', '--reason', 'a test')).toMatchObject({ status: 0 });
    const paused = (await client.schedule.getHandle('job/alpha/web/backup').describe()).state;
    expect(paused).toMatchObject({ paused: true, note: expect.stringContaining('a test') as string });
    expect((await run('jobs', 'run', 'nothing')).err).toContain('it has: backup, job/backup');
  });
});
