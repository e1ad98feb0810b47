import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseListen, readWebhookSettings, WebhookListen } from '../../../../worker/webhook/settings.js';

describe('worker/webhook/settings', () => {
  it.each([
    ['9000', '127.0.0.1', 9000],
    [' 9000 ', '127.0.0.1', 9000],
    ['0.0.0.0:80', '0.0.0.0', 80],
    ['hooks.example.org:65535', 'hooks.example.org', 65535],
    ['[::1]:9000', '::1', 9000],
  ])('reads %j', (text, host, port) => {
    expect(parseListen(text)).toEqual({ host, port });
  });

  it.each([
    '',
    'on',
    '0',
    '65536',
    ':9000',
    '*:9000',
    '::1:9000',
    '[::1]',
    '[x]:9000',
    '[1.2.3.4]:9000',
    'a b:9000',
    '-1',
  ])('refuses %j and says what is expected', (text) => {
    expect(() => parseListen(text)).toThrow(/^should be PORT .* or HOST:PORT/);
  });

  it('says a sentence of any text', () => {
    fc.assert(
      fc.property(
        fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
        (text) => {
          const read = WebhookListen.safeParse(text);
          if (!read.success) expect(read.error.issues[0]?.message).toMatch(/^should be PORT/);
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('is nothing without an address, and not without a secret', async () => {
    expect(await readWebhookSettings(undefined, '/nowhere')).toBeUndefined();
    await expect(readWebhookSettings({ host: '127.0.0.1', port: 9000 }, undefined)).rejects.toThrow(
      'BIRDKEEPER_WEBHOOK_LISTEN is set and BIRDKEEPER_WEBHOOK_SECRET_FILE is not',
    );
  });
});
