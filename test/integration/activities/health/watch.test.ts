import { createServer } from 'node:http';
import { once } from 'node:events';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { watchUntilSettled } from '../../../../activities/health/watch.js';
import { probesAnswer, tryProbes } from '../../../../activities/health/probes.js';
import type { ServiceHealth } from '../../../../workflows/model.js';
import { type Images, createImages } from '../../../support/images.js';
import { Sample } from '../compose/sample.js';

let images: Images;
let sample: Sample | undefined;

beforeAll(async () => {
  images = await createImages();
});
afterAll(async () => {
  await images?.cleanup();
});
afterEach(async () => {
  await sample?.remove();
  sample = undefined;
});

const run = (script: string, rest: Record<string, unknown> = {}) => ({
  image: images.base,
  init: true,
  network_mode: 'none',
  command: ['sh', '-c', script],
  ...rest,
});
const check = (test: string, retries = 2) => ({ test: ['CMD-SHELL', test], interval: '200ms', retries });

const settled = async (services: Record<string, unknown>, timeoutSeconds = 20) => {
  sample = await Sample.create(services);
  await sample.recreateAll();
  const told: ServiceHealth[][] = [];
  const health = await watchUntilSettled({
    engine: sample.engine,
    project: sample.view.name,
    services: Object.keys(services).map((service) => ({ service, replicas: 1, touched: true })),
    windows: { settleSeconds: 0.5, settleSecondsNoHealthcheck: 1 },
    timeoutSeconds,
    signal: sample.step.signal,
    redact: (text) => text.replaceAll('hunter2', '***'),
    onChange: (now) => void told.push(now),
  });
  return { health, told };
};

describe('activities/health/watch', () => {
  it('sees a stack settle: healthy, running and done', async () => {
    const { health, told } = await settled({
      web: run('sleep 1; touch /ok; sleep 3600', { healthcheck: check('test -f /ok', 100) }),
      plain: run('sleep 3600'),
      job: run('exit 0'),
    });
    expect(health).toEqual([
      { service: 'web', health: 'healthy' },
      { service: 'plain', health: 'running' },
      { service: 'job', health: 'done' },
    ]);
    expect(told.at(-1)).toEqual(health);
  });

  it('fails early for a service that crashes, with its last words, redacted', async () => {
    await expect(settled({ web: run('echo password hunter2 refused; sleep 0.5; exit 3') }, 120)).rejects.toMatchObject({
      type: 'Unhealthy',
      message: 'Service web exited with status 3. The last it wrote:\npassword *** refused',
    });
  });

  it('fails early for a service that stays sick, with what its check said', async () => {
    await expect(
      settled({ web: run('sleep 3600', { healthcheck: check('echo no database; exit 1') }) }, 120),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/^Service web is unhealthy \(its health check says: no database\)/) as string,
    });
  });

  it('fails early for a service that restarts over and over', async () => {
    await expect(settled({ web: run('sleep 0.3; exit 1', { restart: 'always' }) }, 120)).rejects.toMatchObject({
      message: expect.stringMatching(/^Service web restarts over and over/) as string,
    });
  });

  it('forgives a single crash of a service that the engine starts again', async () => {
    const { health } = await settled({
      web: run('test -f /again && exec sleep 3600; touch /again; exit 1', { restart: 'on-failure' }),
    });
    expect(health).toEqual([{ service: 'web', health: 'running' }]);
  });

  it('gives up at the end of the time', async () => {
    await expect(
      settled(
        { web: run('sleep 3600', { healthcheck: { test: ['CMD', 'false'], interval: '100s', start_period: '200s' } }) },
        1,
      ),
    ).rejects.toMatchObject({
      message: expect.stringMatching(/^Service web is still starting at the end of the time/) as string,
    });
  });

  it('ends with the signal', async () => {
    sample = await Sample.create({ web: run('sleep 3600') });
    await sample.recreateAll();
    const stop = new AbortController();
    const watching = watchUntilSettled({
      engine: sample.engine,
      project: sample.view.name,
      services: [{ service: 'web', replicas: 1, touched: true }],
      windows: { settleSeconds: 60, settleSecondsNoHealthcheck: 60 },
      timeoutSeconds: 120,
      signal: stop.signal,
      redact: (text) => text,
      onChange: () => stop.abort(new Error('cancelled')),
    });
    await expect(watching).rejects.toThrow('cancelled');
  });
});

describe('activities/health/probes', () => {
  const { signal } = new AbortController();

  it('waits until an address answers as told, and says what it said last', async () => {
    let asked = 0;
    const server = createServer((_request, response) => {
      asked += 1;
      response.writeHead(asked < 3 ? 503 : 200).end('hello');
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/`;
    try {
      await probesAnswer([{ url, status: 200, text: 'hello' }], { timeoutSeconds: 10, signal });
      expect(asked).toBe(3);
      await expect(
        probesAnswer([{ url, status: 200, text: 'bye' }], { timeoutSeconds: 0, signal }),
      ).rejects.toMatchObject({
        type: 'Unhealthy',
        message: expect.stringContaining('answers without the text "bye"') as string,
      });
      await probesAnswer([{ url, status: 500 }], { timeoutSeconds: 0, signal, failedBefore: [url] });
    } finally {
      server.closeAllConnections();
      server.close();
    }
  });

  it('tells which addresses do not answer', async () => {
    const url = 'http://127.0.0.1:1/';
    expect(await tryProbes([{ url, status: 200 }], signal)).toEqual({
      [url]: expect.stringMatching(/^does not answer/) as string,
    });
  });
});
