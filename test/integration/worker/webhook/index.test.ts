import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { startWebhook, type Webhook, type WebhookOptions } from '../../../../worker/webhook/index.js';

const SECRET = 'a secret of these tests';
const KNOWN = { repository: { clone_url: 'https://github.com/bird-house/deploy.git' } };
const UNKNOWN = { repository: { clone_url: 'https://user:pw@github.com/bird-house/secret-plans.git?token=t' } };
const STACKS = [
  { stack: 'birdhouse', urls: ['git@github.com:bird-house/deploy.git', 'https://git.example.org/ops/env'] },
  { stack: 'other', urls: ['https://git.example.org/ops/env.git'] },
];

interface Answer {
  status: number;
  headers: Record<string, unknown>;
  text: string;
}

/** Patient: the machine may be busy. */
const soon = (check: () => void | Promise<void>) => vi.waitFor(check, { timeout: 10_000 });

describe('worker/webhook/index', () => {
  const lines: string[] = [];
  const say = (message: string, fields?: object) => void lines.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const look = vi.fn<(stack: string) => Promise<void>>();
  const repositories = vi.fn<WebhookOptions['repositories']>();
  const sockets: Socket[] = [];
  let webhook: Webhook | undefined;

  beforeEach(() => {
    lines.length = 0;
    look.mockReset().mockResolvedValue();
    repositories.mockReset().mockResolvedValue(STACKS);
  });
  afterEach(async () => {
    for (const socket of sockets.splice(0)) socket.destroy();
    await webhook?.close();
    webhook = undefined;
  });

  const start = async (limits: WebhookOptions['limits'] = {}): Promise<void> => {
    webhook = await startWebhook({
      listen: { host: '127.0.0.1', port: 0 },
      secret: Buffer.from(SECRET),
      repositories,
      look,
      log: { info: say, warn: say },
      limits: { matchDistanceMs: 0, ...limits },
    });
  };
  const port = () => Number(webhook?.address.split(':')[1]);

  const send = async (
    body: string,
    headers: Record<string, string> = {},
    { path = '/webhook', method = 'POST' } = {},
  ): Promise<Answer> => {
    const sending = request({
      host: '127.0.0.1',
      port: port(),
      path,
      method,
      headers: { 'content-type': 'application/json', ...headers },
      agent: false,
    });
    sending.end(body);
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      sending.once('response', resolve).once('error', reject);
    });
    const chunks: Buffer[] = [];
    for await (const chunk of response) chunks.push(Buffer.from(chunk as Uint8Array));
    const { date: _, ...shown } = response.headers;
    return { status: response.statusCode ?? 0, headers: shown, text: Buffer.concat(chunks).toString() };
  };
  const signed = (body: string) => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', SECRET).update(body).digest('hex')}`,
  });
  const push = (body: unknown) => send(JSON.stringify(body), signed(JSON.stringify(body)));
  /** Everything that the server says until it closes. */
  const raw = async (...parts: (string | Buffer)[]): Promise<string> => {
    const socket = await dial();
    for (const part of parts) socket.write(part);
    return told(socket);
  };
  const dial = async (): Promise<Socket> => {
    const socket = connect(port(), '127.0.0.1')
      .on('error', () => undefined)
      .pause();
    sockets.push(socket);
    await once(socket, 'connect');
    return socket;
  };
  const told = async (socket: Socket): Promise<string> => {
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString())).resume();
    if (!socket.closed) await once(socket, 'close');
    return text;
  };

  it('looks at every stack that has the repository, once for each', async () => {
    await start();
    expect(await push(KNOWN)).toMatchObject({ status: 202, text: 'accepted\n' });
    await soon(() => expect(look.mock.calls).toEqual([['birdhouse']]));
    look.mockClear();
    await push({ project: { git_ssh_url: 'ssh://git@git.example.org/ops/env.git' } });
    await soon(() => expect(look.mock.calls).toContainEqual(['other']));
  });

  it.each([
    { 'x-gitea-signature': createHmac('sha256', SECRET).update(JSON.stringify(KNOWN)).digest('hex') },
    { 'x-gitlab-token': SECRET },
    { authorization: `Bearer ${SECRET}` },
  ] as Record<string, string>[])('takes the credentials of each provider (%#)', async (headers) => {
    await start();
    expect((await send(JSON.stringify(KNOWN), headers)).status).toBe(202);
    await soon(() => expect(look).toHaveBeenCalledTimes(1));
  });

  it('answers a ping of GitHub, which shows its repository to be known', async () => {
    await start();
    const body = JSON.stringify({ zen: 'Keep it logically awesome.', hook_id: 1, ...KNOWN });
    expect((await send(body, { ...signed(body), 'x-github-event': 'ping' })).status).toBe(202);
    await soon(() => expect(look.mock.calls).toEqual([['birdhouse']]));
  });

  it('gives wrong and missing credentials one answer, before it reads the body, and logs how many', async () => {
    await start({ refusalPeriodMs: 1_000 });
    const answers = [
      await send(JSON.stringify(KNOWN)),
      await send(JSON.stringify(KNOWN), signed('another body')),
      await send(JSON.stringify(KNOWN), { 'x-gitlab-token': 'a guess' }),
      await send(JSON.stringify(UNKNOWN), { authorization: 'Bearer' }),
      await send('no JSON', { 'content-type': 'text/html' }),
    ];
    expect(answers[0]).toMatchObject({ status: 401, text: 'not authorised\n' });
    for (const answer of answers) expect(answer).toEqual(answers[0]);
    const counts = () => lines.map((line) => Number(/"requests":(\d+)/.exec(line)?.[1]));
    await soon(() => expect(counts().reduce((sum, count) => sum + count, 0)).toBe(5));
    expect(counts().length).toBeLessThan(5);
    expect(counts()[0]).toBe(1);
    expect(lines.join()).not.toMatch(/guess|deploy|plans/);
    expect([look.mock.calls, repositories.mock.calls]).toEqual([[], []]);
  });

  it('answers an unknown repository as a known one, before either is looked for, and logs it once', async () => {
    await start();
    let release: () => void = () => undefined;
    repositories.mockImplementation(async () => {
      await new Promise<void>((resolve) => (release = resolve));
      return STACKS;
    });
    const unknown = await push(UNKNOWN);
    const known = await push(KNOWN);
    expect(unknown).toEqual(known);
    await soon(() => {
      release();
      expect(look.mock.calls).toEqual([['birdhouse']]);
    });
    repositories.mockResolvedValue(STACKS);
    await push(UNKNOWN);
    await push({});
    await soon(() => expect(lines.join()).toContain('names no repository'));
    const about = lines.filter((line) => line.includes('secret-plans'));
    expect(about).toEqual([expect.stringMatching(/^A webhook names github.com\/bird-house\/secret-plans, which/)]);
    expect(lines.join()).not.toMatch(/pw|token/);
  });

  it('makes two looks of many deliveries: the one that runs, and one after the last of them', async () => {
    await start({ lookDistanceMs: 0 });
    let end: () => void = () => undefined;
    look.mockImplementationOnce(() => new Promise((resolve) => (end = resolve)));
    for (let i = 0; i < 30; i += 1) expect((await push(KNOWN)).status).toBe(202);
    await soon(() => expect(look).toHaveBeenCalled());
    await sleep(100);
    expect(look).toHaveBeenCalledTimes(1);
    end();
    await soon(() => expect(look).toHaveBeenCalledTimes(2));
    await sleep(100);
    expect(look).toHaveBeenCalledTimes(2);
  });

  it('accepts deliveries while looks fail and the checkouts cannot be read', async () => {
    await start({ lookDistanceMs: 0 });
    look.mockRejectedValueOnce(new Error('no server'));
    expect((await push(KNOWN)).status).toBe(202);
    await soon(() => expect(lines.join()).toContain('could not be made: no server {"stack":"birdhouse"}'));
    repositories.mockRejectedValueOnce(new Error('no disk'));
    expect((await push(KNOWN)).status).toBe(202);
    await soon(() => expect(lines.join()).toContain('could not be read: no disk'));
    await push(KNOWN);
    await soon(() => expect(look).toHaveBeenCalledTimes(2));
  });

  it('has one path and one method', async () => {
    await start();
    expect(await send('', {}, { method: 'GET' })).toMatchObject({ status: 405, headers: { allow: 'POST' } });
    expect((await send('', {}, { method: 'HEAD' })).status).toBe(405);
    const body = JSON.stringify(KNOWN);
    for (const path of ['/', '/webhook/', '/hooks/webhook', '/WEBHOOK', '//webhook', '/webhook%00']) {
      expect((await send(body, signed(body), { path })).status, path).toBe(404);
    }
    expect((await send(body, signed(body), { path: '/webhook?from=github' })).status).toBe(202);
    expect(await raw('CONNECT /webhook HTTP/1.1\r\nhost: x\r\n\r\n')).toBe('');
    expect(await raw('GET /webhook HTTP/1.1\r\nhost: x\r\nconnection: upgrade\r\nupgrade: websocket\r\n\r\n')).toMatch(
      /^HTTP\/1.1 405 /,
    );
  });

  it('says of a genuine delivery that it cannot be read', async () => {
    await start();
    expect((await send('{', signed('{'))).status).toBe(400);
    expect((await send('{}', { ...signed('{}'), 'content-type': 'text/plain' })).status).toBe(415);
  });

  describe('with small limits', () => {
    beforeEach(() => start({ bodyBytes: 1_000, requestMs: 1_000, sweepMs: 50, lingerMs: 500, connections: 3 }));

    it('refuses a body that is too large, whether it says so or not, and closes', async () => {
      const large = 'x'.repeat(1_001);
      expect(await send(large, signed(large))).toMatchObject({ status: 413, headers: { connection: 'close' } });
      const chunk = `${(1_000).toString(16)}\r\n${'x'.repeat(1_000)}\r\n`;
      const head = 'POST /webhook HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\n\r\n';
      expect(await raw(head, chunk, chunk, chunk)).toMatch(/^HTTP\/1.1 413 .*\r\n\r\ntoo large\n$/s);
      expect(await raw(`POST /webhook HTTP/1.1\r\nhost: x\r\ncontent-length: 1001\r\n\r\n`)).toMatch(/^HTTP\/1.1 413 /);
      const most = JSON.stringify({ pad: 'x'.repeat(1_000 - '{"pad":""}'.length) });
      expect((await send(most, signed(most))).status).toBe(202);
    });

    it('reads on for a while, so that a sender who reads last finds the answer and no broken pipe', async () => {
      const socket = await dial();
      const errors: Error[] = [];
      socket.on('error', (error) => errors.push(error));
      socket.write('POST /webhook HTTP/1.1\r\nhost: x\r\ncontent-length: 3000\r\n\r\n');
      for (let i = 0; i < 3; i += 1) {
        await sleep(30);
        socket.write('x'.repeat(1_000));
      }
      expect(await told(socket)).toMatch(/^HTTP\/1.1 413 /);
      expect(errors).toEqual([]);
    });

    it('closes on who is too slow: with the first byte, the head, the body', async () => {
      const head = 'POST /webhook HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n';
      const told = await Promise.all([raw(), raw('POST /webhook HTTP/1.1\r\n'), raw(head, '{')]);
      for (const text of told) expect(text).toMatch(/^HTTP\/1.1 408 /);
    });

    it('closes on who sends a byte now and then', async () => {
      const socket = await dial();
      const drip = setInterval(() => socket.write('x'), 20);
      socket.write('POST /webhook HTTP/1.1\r\nhost: x\r\ncontent-length: 1000\r\n\r\n');
      expect(await told(socket)).toMatch(/^HTTP\/1.1 408 /);
      clearInterval(drip);
    });

    it('closes on who goes on sending after the answer', async () => {
      const socket = await dial();
      const drip = setInterval(() => socket.write('x'.repeat(100)), 20);
      socket.write('POST /webhook HTTP/1.1\r\nhost: x\r\ncontent-length: 1000000\r\n\r\n');
      expect(await told(socket)).toMatch(/^HTTP\/1.1 413 /);
      clearInterval(drip);
    });

    it('serves no more connections than it may, and others when they are free again', async () => {
      const held = [await dial(), await dial(), await dial()];
      await expect(push(KNOWN)).rejects.toThrow(/ECONNRESET|socket hang up/);
      for (const socket of held) socket.destroy();
      await soon(async () => expect((await push(KNOWN)).status).toBe(202));
    });

    it('goes on after callers that speak no HTTP or go away', async () => {
      expect(await raw('\x16\x03\x01 hello\r\n\r\n')).toMatch(/^HTTP\/1.1 400 /);
      expect(await raw(`GET /${'x'.repeat(20_000)} HTTP/1.1\r\n`)).toMatch(/^HTTP\/1.1 431 /);
      const socket = await dial();
      socket.write('POST /webhook HTTP/1.1\r\nhost: x\r\ncontent-length: 100\r\n\r\n{');
      await sleep(20);
      socket.resetAndDestroy();
      expect((await push(KNOWN)).status).toBe(202);
    });
  });

  it('begins and logs nothing after it was closed', async () => {
    await start({ lookDistanceMs: 100 });
    let fail: (error: Error) => void = () => undefined;
    look.mockImplementation(() => new Promise((_, reject) => (fail = reject)));
    await push(KNOWN);
    await soon(() => expect(look).toHaveBeenCalledTimes(1));
    await push(KNOWN);
    const idle = await dial();
    const closed = told(idle);
    await webhook?.close();
    await closed;
    const before = lines.length;
    fail(new Error('the server is gone'));
    await sleep(150);
    expect(look).toHaveBeenCalledTimes(1);
    expect(lines).toHaveLength(before);
    await expect(push(KNOWN)).rejects.toThrow(/ECONNREFUSED/);
  });

  it('says why it cannot listen', async () => {
    await start();
    const second = startWebhook({
      listen: { host: '127.0.0.1', port: port() },
      secret: Buffer.from(SECRET),
      repositories,
      look,
      log: { info: say, warn: say },
    });
    await expect(second).rejects.toThrow(
      /cannot listen on 127.0.0.1 port \d+ \(.*EADDRINUSE.*BIRDKEEPER_WEBHOOK_LISTEN/,
    );
    await expect(second).rejects.toMatchObject({ type: 'Configuration' });
  });
});
