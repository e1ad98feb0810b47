import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { connect } from 'node:net';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { startWebhook, type Webhook } from '../../../../worker/webhook/index.js';
import { hostileJson, hostileText, nearly } from '../../../support/hostile.js';

const SECRET = 'a secret of these tests';
const GOOD = { repository: { clone_url: 'https://github.com/a/b.git', full_name: 'a/b' }, ref: 'refs/heads/main' };
const SEED = 20_261_126;

/** Half of them are signed: what is behind the signature is tried too. */
const delivery = fc
  .record({
    method: fc.constantFrom('POST', 'POST', 'POST', 'PUT', 'TRACE', 'post', 'X'.repeat(300)),
    path: fc.constantFrom(
      '/webhook',
      '/webhook',
      '/webhook',
      '/webhook?a=%',
      '/webhook/..',
      '*',
      '/\ud7ff',
      'http://x/webhook',
    ),
    type: fc.constantFrom(
      'application/json',
      'application/json',
      'application/x-www-form-urlencoded',
      'text/html;\u00ff',
      ';',
    ),
    length: fc.constantFrom('right', 'right', 'right', 'right', 'right', 'less', 'negative', 'twice', 'words', 'huge'),
    body: fc.oneof(
      nearly(GOOD).map((value) => JSON.stringify(value) ?? ''),
      hostileJson.map((value) => JSON.stringify(value) ?? ''),
      hostileText,
    ),
    header: fc.oneof(fc.constant('https://h'), fc.constant('x'), hostileText, fc.constant('x'.repeat(20_000))),
    isSigned: fc.boolean(),
  })
  .map(({ method, path, type, length, body, header, isSigned }) => {
    const bytes = Buffer.from(body);
    const lengths = { right: [bytes.length], less: [1], negative: [-1], twice: [1, 2], words: ['many'], huge: [1e12] };
    const signature = createHmac('sha256', SECRET).update(bytes).digest('hex');
    const head = [
      `${method} ${path} HTTP/1.1`,
      'host: x',
      `content-type: ${type}`,
      ...lengths[length].map((value) => `content-length: ${value}`),
      ...(isSigned ? [`x-hub-signature-256: sha256=${signature}`] : []),
      `x-gitlab-instance: ${header}`,
    ];
    return Buffer.concat([Buffer.from(`${head.join('\r\n')}\r\n\r\n`, 'latin1'), bytes]);
  });
const bytes = fc.uint8Array({ maxLength: 300 }).map((some) => Buffer.from(some));
const requests = fc.sample(fc.oneof({ weight: 6, arbitrary: delivery }, { weight: 1, arbitrary: bytes }), {
  seed: SEED,
  numRuns: 300,
});

describe('worker/webhook/index-hostile', () => {
  const lines: string[] = [];
  const say = (message: string, fields?: object) => void lines.push(`${message} ${JSON.stringify(fields ?? {})}`);
  const look = vi.fn<(stack: string) => Promise<void>>().mockResolvedValue();
  let webhook: Webhook;
  beforeAll(async () => {
    webhook = await startWebhook({
      listen: { host: '127.0.0.1', port: 0 },
      secret: Buffer.from(SECRET),
      repositories: () => Promise.resolve([{ stack: 'birdhouse', urls: ['git@github.com:a/b.git'] }]),
      look,
      log: { info: say, warn: say },
      limits: { matchDistanceMs: 0, lookDistanceMs: 0, requestMs: 2_000, sweepMs: 50, lingerMs: 50 },
    });
  });
  afterAll(() => webhook.close());

  async function answerTo(request: Buffer): Promise<string> {
    let text = '';
    const socket = connect(Number(webhook.address.split(':')[1]), '127.0.0.1').on('error', () => undefined);
    socket.on('data', (chunk: Buffer) => (text += chunk.toString('latin1')));
    socket.end(request);
    if (!socket.closed) await once(socket, 'close');
    return text;
  }

  it('hundreds of hostile requests are answered with what is wrong, or not at all, and a good one is taken', async () => {
    const statuses = new Set<string>();
    for (let start = 0; start < requests.length; start += 15) {
      const answers = await Promise.all(requests.slice(start, start + 15).map(answerTo));
      for (const answer of answers) {
        expect(answer).toMatch(/^(HTTP\/1\.1 (202|4\d\d) |$)/);
        statuses.add(answer.slice(9, 12));
      }
    }
    expect([...statuses]).toEqual(expect.arrayContaining(['202', '400', '401', '404', '405', '413', '415']));
    look.mockClear();
    const body = JSON.stringify(GOOD);
    const signature = createHmac('sha256', SECRET).update(body).digest('hex');
    const head = `POST /webhook HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\nx-hub-signature-256: sha256=${signature}\r\ncontent-length: ${body.length}\r\n\r\n`;
    expect(await answerTo(Buffer.from(head + body))).toMatch(/^HTTP\/1\.1 202 /);
    await vi.waitFor(() => expect(look).toHaveBeenCalledWith('birdhouse'), { timeout: 10_000 });
    for (const line of lines) {
      expect(line).not.toMatch(/failed at a request|could not be|[\p{Cc}\p{Cf}]/u);
      expect(line.length).toBeLessThan(500);
      expect(line).not.toContain(SECRET);
    }
  }, 120_000);
});
