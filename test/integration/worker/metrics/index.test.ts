import { once } from 'node:events';
import { connect, createServer, type AddressInfo } from 'node:net';
import fc from 'fast-check';
import { afterEach, describe, expect, it } from 'vitest';
import { METRICS_TYPE } from '../../../../worker/metrics/listen.js';
import { startMetrics, type Metrics, type MetricsOptions } from '../../../../worker/metrics/index.js';
import { freePorts } from '../../../support/world/ports.js';

const PAGE = '# HELP a b\n# TYPE a gauge\na 1\n';
const open: Metrics[] = [];
const lines: string[] = [];
afterEach(async () => {
  lines.length = 0;
  await Promise.all(open.splice(0).map((metrics) => metrics.close()));
});

async function start(more: Partial<MetricsOptions> = {}): Promise<{ metrics: Metrics; port: number; url: string }> {
  const [port = 0] = await freePorts(1);
  const metrics = await startMetrics({
    addresses: [{ host: '127.0.0.1', port }],
    gateway: () => Promise.resolve('127.0.0.1'),
    page: () => Promise.resolve(PAGE),
    log: { info: (line) => void lines.push(line), warn: (line) => void lines.push(`warn ${line}`) },
    ...more,
  });
  open.push(metrics);
  return { metrics, port, url: `http://127.0.0.1:${port}` };
}

/** What is answered to bytes that need not be HTTP; ends when the other side does, or nothing comes. */
async function send(port: number, bytes: Uint8Array): Promise<string> {
  const socket = connect(port, '127.0.0.1');
  let answer = '';
  socket.on('data', (chunk: Buffer) => (answer += chunk.toString('latin1')));
  socket.on('error', () => undefined);
  socket.end(Buffer.from(bytes));
  await once(socket, 'close');
  return answer;
}

describe('worker/metrics/index', () => {
  it('serves the page, and a link to it', async () => {
    const { url, port, metrics } = await start();
    const answer = await fetch(`${url}/metrics?x=1`);
    expect(answer.status).toBe(200);
    expect(answer.headers.get('content-type')).toBe(METRICS_TYPE);
    expect(await answer.text()).toBe(PAGE);
    expect(await (await fetch(url)).text()).toContain('href="/metrics"');
    expect(metrics.addresses()).toEqual([`127.0.0.1:${port}`]);
    expect(lines).toEqual([`Metrics are served at http://127.0.0.1:${port}/metrics.`]);
  });

  it.each([
    ['GET', '/other', 404],
    ['GET', '/metrics/', 404],
    ['GET', '/../metrics', 200],
    ['POST', '/metrics', 405],
    ['PUT', '/', 405],
    ['HEAD', '/metrics', 405],
    ['DELETE', '/other', 404],
  ])('%s %s: %d', async (method, path, status) => {
    const { url } = await start();
    const body = ['POST', 'PUT'].includes(method) ? { body: 'x'.repeat(100_000) } : {};
    const answer = await fetch(`${url}${path}`, { method, ...body });
    expect(answer.status).toBe(status);
    if (status === 405) expect(answer.headers.get('allow')).toBe('GET');
  });

  it('asks for one page for all who ask at the same time', async () => {
    let asked = 0;
    const page = async () => {
      asked += 1;
      await new Promise((resolve) => setTimeout(resolve, 50));
      return PAGE;
    };
    const { url } = await start({ page });
    const answers = await Promise.all(Array.from({ length: 10 }, async () => (await fetch(`${url}/metrics`)).text()));
    expect(new Set(answers)).toEqual(new Set([PAGE]));
    expect(asked).toBeLessThan(10);
    await fetch(`${url}/metrics`);
    expect(asked).toBeGreaterThan(1);
  });

  it('a page that fails is told, and the next one comes', async () => {
    let fails = true;
    const { url } = await start({ page: () => (fails ? Promise.reject(new Error('no disk')) : Promise.resolve(PAGE)) });
    expect((await fetch(`${url}/metrics`)).status).toBe(500);
    expect(lines.at(-1)).toBe('warn Metrics could not be told: no disk');
    fails = false;
    expect((await fetch(`${url}/metrics`)).status).toBe(200);
  });

  it('a port that is taken is one line, and is served as soon as it is free', async () => {
    const holder = createServer().listen(0, '127.0.0.1');
    await once(holder, 'listening');
    const { port } = holder.address() as AddressInfo;
    const [other = 0] = await freePorts(1);
    const { metrics } = await start({
      addresses: [
        { host: '127.0.0.1', port },
        { gateway: true, port: other },
      ],
      retryMs: 20,
    });
    expect(lines).toEqual([
      `Metrics are served at http://127.0.0.1:${other}/metrics.`,
      expect.stringMatching(
        /^warn Metrics are not served at 127\.0\.0\.1:\d+ \(.*EADDRINUSE.*BIRDKEEPER_METRICS_LISTEN/,
      ),
    ]);
    holder.close();
    await expect.poll(() => metrics.addresses()).toContain(`127.0.0.1:${port}`);
    expect((await fetch(`http://127.0.0.1:${port}/metrics`)).status).toBe(200);
    expect(lines).toHaveLength(2);
  });

  it.each([
    ['has no bridge', () => Promise.resolve(undefined), 'no default bridge'],
    ['does not answer', () => Promise.reject(new Error('no engine')), 'no engine'],
    ['is elsewhere', () => Promise.resolve('192.0.2.1'), 'EADDRNOTAVAIL'],
  ])('an engine that %s is one line', async (_what, gateway, why) => {
    const { metrics } = await start({ addresses: [{ gateway: true, port: 9 }], gateway });
    expect(metrics.addresses()).toEqual([]);
    expect(lines).toEqual([expect.stringContaining(why)]);
  });

  it('nowhere: nothing is served or told', async () => {
    expect((await start({ addresses: [] })).metrics.addresses()).toEqual([]);
    expect(lines).toEqual([]);
  });

  it('whatever is sent, it answers the next one who asks', async () => {
    const { port, url } = await start();
    const heads = fc
      .record({
        method: fc.constantFrom('GET', 'POST', 'CONNECT', 'TRACE', 'X'.repeat(300), 'get'),
        path: fc.oneof(fc.constantFrom('/metrics', '*', 'http://x/metrics', '/%'), fc.string({ unit: 'binary' })),
        header: fc.oneof(
          fc.constantFrom('content-length: -1', 'content-length: 1e9', 'transfer-encoding: chunked', 'upgrade: h2c'),
          fc.string({ unit: 'binary' }),
          fc.constant(`x: ${'y'.repeat(20_000)}`),
        ),
      })
      .map(({ method, path, header }) => Buffer.from(`${method} ${path} HTTP/1.1\r\nhost: x\r\n${header}\r\n\r\n`));
    const all = fc.oneof({ weight: 4, arbitrary: heads }, { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }) });
    for (const bytes of fc.sample(all, { numRuns: 300, seed: 9 })) await send(port, bytes);
    expect(await (await fetch(`${url}/metrics`)).text()).toBe(PAGE);
    expect(lines).toHaveLength(1);
  });

  it('who opens connections and sends nothing keeps others out for seconds at most, and the worker not at all', async () => {
    const { port, url, metrics } = await start();
    const idle = Array.from({ length: 40 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
    const answered = () => fetch(`${url}/metrics`).then(({ status }) => status, String);
    await expect.poll(answered, { timeout: 15_000, interval: 200 }).toBe(200);
    const began = Date.now();
    await metrics.close();
    expect(Date.now() - began).toBeLessThan(1_000);
    for (const socket of idle) socket.destroy();
  }, 20_000);
});
