import { spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { askWorker, healthSocket } from '../../../activities/health/worker-answer.js';
import { askWhetherItPolls, serveHealth, type Health } from '../../../worker/health.js';

/** A client that knows these pollers: what the server answers to DescribeTaskQueue. */
const knows = (pollers: { identity: string; secondsAgo: number }[] | Error) =>
  ({
    options: { namespace: 'birdkeeper' },
    connection: { withDeadline: (_: number, call: () => unknown) => call() },
    workflowService: {
      describeTaskQueue: () =>
        pollers instanceof Error
          ? Promise.reject(pollers)
          : Promise.resolve({
              pollers: pollers.map(({ identity, secondsAgo }) => ({
                identity,
                lastAccessTime: { seconds: Math.floor(Date.now() / 1_000) - secondsAgo, nanos: 0 },
              })),
            }),
    },
  }) as unknown as Client;

const ask = (pollers: Parameters<typeof knows>[0]) =>
  askWhetherItPolls({ client: knows(pollers), host: 'alpha', identity: '7@alpha#1' });

describe('worker/health', () => {
  it.each([
    ['polls', [{ identity: '7@alpha#1', secondsAgo: 60 }], true, '7@alpha#1 polls for host alpha'],
    ['has not polled yet', [{ identity: '6@alpha#1', secondsAgo: 1 }], false, 'has not polled for host alpha yet'],
    ['fell silent', [{ identity: '7@alpha#1', secondsAgo: 90 }], false, /for 9\d s$/],
    ['has no server', new Error('14 UNAVAILABLE\nstack'), false, 'does not answer: 14 UNAVAILABLE'],
  ])('a worker that %s says so', async (_, pollers, polls, says) => {
    const answer = await ask(pollers);
    expect(answer.polls).toBe(polls);
    expect(answer.says).toMatch(says);
  });

  describe('on its socket', () => {
    let state: string;
    let health: Health | undefined;
    beforeEach(async () => {
      state = await mkdtemp(join(tmpdir(), 'birdkeeper-health-'));
    });
    afterEach(async () => {
      await health?.close();
      health = undefined;
      await rm(state, { recursive: true });
    });

    it('begins, then answers what it is told to', async () => {
      await writeFile(healthSocket(state), 'left by a killed one');
      health = await serveHealth(state, () => undefined);
      expect(await askWorker(state)).toEqual({ polls: false, says: 'it begins' });
      health.answerWith(() => Promise.resolve({ polls: true, says: 'it polls' }));
      expect(await askWorker(state)).toEqual({ polls: true, says: 'it polls' });
    });

    it('answers nobody when it is closed', async () => {
      health = await serveHealth(state, () => undefined);
      await health.close();
      const { polls, says } = await askWorker(state);
      expect(polls).toBe(false);
      expect(says).toContain('no worker answers');
    });

    it('says why it cannot listen', async () => {
      const said: string[] = [];
      health = await serveHealth(join(state, 'missing'), (line) => said.push(line));
      expect(said).toEqual([expect.stringContaining('Nobody can ask this worker whether it polls')]);
    });

    it('is what the health check of the image asks: its status is the answer', async () => {
      const check = () =>
        spawnSync(process.execPath, [new URL('../../../dist/bin/healthy.js', import.meta.url).pathname], {
          env: { BIRDKEEPER_STATE_DIR: state, PATH: process.env['PATH'] },
          encoding: 'utf8',
        });
      const { status, stdout } = check();
      expect(status).toBe(1);
      expect(stdout).toContain('no worker answers');
    });
  });
});
