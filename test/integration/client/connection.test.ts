import { once } from 'node:events';
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { StateDirectory } from '../../../activities/state/index.js';
import { writeEmbeddedRecord } from '../../../client/embedded-record.js';
import { HistoryAnswer, StackReport } from '../../../client/schemas.js';
import { birdkeeper, type Ran } from '../../support/command-line.js';
import { freePorts } from '../../support/own-temporal.js';

let dir: string;
let state: string;
let stack: string;

beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-test-unreachable-')));
  [state, stack] = [join(dir, 'state'), join(dir, 'stack')];
  await mkdir(stack);
  await new StateDirectory(state).register({ name: 'sample', directory: stack });
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const run = (...args: string[]): Promise<Ran> =>
  birdkeeper({ settings: { stateDirectories: [state] }, cwd: stack }, ...args);

const record = {
  uiAddress: '127.0.0.1:1',
  database: '/x.db',
  serverVersion: '1.29.1',
  cliVersion: '1.5.1',
};

/** Loading the library takes its time in this process the first time; a person waits for it too. */
const LIMIT_MS = 5_000;

describe('client/connection', () => {
  it.each([['check'], ['deploy'], ['deploy', '--wait'], ['forget'], ['replay', 'some/id']])(
    'ends `%s` with 4 and how to start when no server was ever there',
    async (...args) => {
      const { status, err, out } = await run(...args);
      expect(status).toBe(4);
      expect(err).toContain(`birdkeeper up --stack ${stack}`);
      expect(`${err}${out}`).not.toMatch(/\n\s+at /);
    },
  );

  it('ends with 4 at once when the embedded server was stopped or killed', async () => {
    await writeEmbeddedRecord(state, { ...record, address: '127.0.0.1:7233' });
    const stopped = await run('check');
    expect(stopped).toMatchObject({ status: 4 });
    expect(stopped.err).toContain('Not running: the embedded Temporal server');
    await writeEmbeddedRecord(state, { ...record, address: '127.0.0.1:7233', pid: process.pid, pidStart: '1' });
    expect(await run('check')).toMatchObject({ status: 4 });
  });

  it('ends with 4 within 5 s when nothing listens at the address', async () => {
    const { port } = await freePorts();
    const { status, err, tookMs } = await run('check', '--address', `127.0.0.1:${port}`);
    expect(status).toBe(4);
    expect(err).toContain(`No answer from the Temporal server at 127.0.0.1:${port} (--address names it)`);
    expect(tookMs).toBeLessThan(LIMIT_MS);
  });

  it('ends with 4 within 5 s when something listens and never answers', async () => {
    const sockets: Socket[] = [];
    const mute: Server = createServer((socket) => void sockets.push(socket)).listen(0, '127.0.0.1');
    await once(mute, 'listening');
    try {
      const address = mute.address();
      const port = typeof address === 'object' && address !== null ? address.port : 0;
      const { status, tookMs } = await run('deploy', '--address', `127.0.0.1:${port}`);
      expect(status).toBe(4);
      expect(tookMs).toBeLessThan(LIMIT_MS);
    } finally {
      sockets.forEach((socket) => socket.destroy());
      mute.close();
    }
  });

  it('answers `status` and `history` from the state directory, and says so', async () => {
    const recorded = await new StateDirectory(state).stack('sample');
    await recorded.recordDeployment({
      number: 4,
      trigger: 'check',
      reason: 'env is behind',
      startedAt: '2026-11-24T10:00:00Z',
      endedAt: '2026-11-24T10:00:42Z',
      outcome: 'rolled back',
      phase: 'settle',
      message: 'web is sick',
      from: {},
      to: {},
      services: [],
    });
    const status = await run('status');
    expect(status.status).toBe(0);
    expect(status.out).toContain('deployment 4 rolled back');
    expect(status.out).toContain('note: From the state directory only.');
    const history = await run('history');
    expect(history.out).toMatch(/4 .* 42 s .* rolled back .* web is sick/);
    expect(history.out).toContain('note: From the state directory only.');
    const report = StackReport.strict().parse(JSON.parse((await run('status', '--json')).out));
    expect(report).toMatchObject({ source: 'state directory', last: { number: 4 }, look: null });
    const answer = HistoryAnswer.strict().parse(JSON.parse((await run('history', '--json')).out));
    expect(answer.deployments).toHaveLength(1);
  });

  it('finds the stack of a worker that another user runs, in the place that comes second', async () => {
    const own = join(dir, 'own');
    const { status, err } = await birdkeeper({ settings: { stateDirectories: [own, state] }, cwd: stack }, 'check');
    expect(status).toBe(4);
    expect(err).not.toContain('is known on this host');
  });

  it('refuses another environment file than the one the stack runs with', async () => {
    expect(await run('status', '--env-file', join(stack, 'env.local'))).toMatchObject({ status: 0 });
    const other = await run('status', '--env-file', join(stack, 'other.local'));
    expect(other.status).toBe(2);
    expect(other.err).toContain('runs with');
  });
});
