import { createHmac } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isGenuine } from '../../../../worker/webhook/verify.js';

const SECRET = "It's a Secret to Everybody";
const BODY = 'Hello, World!';
/** Published by GitHub for this secret and body. */
const HEX = '757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17';
const NOW = 1_614_265_330_000;

const genuine = (headers: Record<string, string>, { body = BODY, secret = SECRET, now = NOW } = {}) =>
  isGenuine({ headers, body: Buffer.from(body) }, Buffer.from(secret), now);

describe('worker/webhook/verify', () => {
  it.each([
    [{ 'x-hub-signature-256': `sha256=${HEX}` }],
    [{ 'x-hub-signature-256': `sha256=${HEX.toUpperCase()}` }],
    [{ 'x-gitea-signature': HEX }],
    [{ 'x-forgejo-signature': HEX }],
    [{ 'x-birdkeeper-signature': `sha256=${HEX}` }],
    [{ 'x-gitlab-token': SECRET }],
    [{ authorization: `Bearer ${SECRET}` }],
    [{ authorization: `bearer  ${SECRET}` }],
    // A proxy may add credentials of its own.
    [{ authorization: 'Basic YTpi', 'x-gitea-signature': HEX }],
  ])('takes %j', (headers) => {
    expect(genuine(headers)).toBe(true);
  });

  it.each([
    [{}],
    [{ 'x-hub-signature-256': HEX }],
    [{ 'x-hub-signature-256': 'sha256=' }],
    [{ 'x-hub-signature-256': '' }],
    [{ 'x-hub-signature-256': `sha256=${HEX.slice(0, -1)}` }],
    [{ 'x-hub-signature-256': `sha256=${HEX}0` }],
    [{ 'x-hub-signature-256': `sha256=${HEX.replace('7', '8')}` }],
    [{ 'x-hub-signature-256': `sha1=${HEX}` }],
    [{ 'x-hub-signature': `sha256=${HEX}` }],
    [{ 'x-gitea-signature': `sha256=${HEX}` }],
    [{ 'x-gitea-signature': '' }],
    [{ 'x-gitlab-token': '' }],
    [{ 'x-gitlab-token': SECRET.slice(0, -1) }],
    [{ 'x-gitlab-token': `${SECRET} ` }],
    [{ 'x-gitlab-token': HEX }],
    [{ authorization: SECRET }],
    [{ authorization: 'Bearer' }],
    [{ authorization: `Basic ${SECRET}` }],
  ] as Record<string, string>[][])('refuses %j', (headers = {}) => {
    expect(genuine(headers)).toBe(false);
  });

  it('refuses the signature of another body or secret', () => {
    const headers = { 'x-hub-signature-256': `sha256=${HEX}` };
    expect(genuine(headers, { body: 'Hello, World?' })).toBe(false);
    expect(genuine(headers, { secret: "It's a secret to Everybody" })).toBe(false);
  });

  it('takes no credentials for none where the secret is empty', () => {
    expect(genuine({}, { secret: '' })).toBe(false);
  });

  it('takes secrets of any bytes that a header can hold', () => {
    const secret = Buffer.from('clé secrète, très long');
    const headers = { 'x-gitlab-token': secret.toString('latin1') };
    expect(isGenuine({ headers, body: Buffer.from('{}') }, secret, NOW)).toBe(true);
  });

  describe('with a signing token', () => {
    /** Published by the Standard Webhooks specification. */
    const token = 'whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw';
    const body = '{"test": 2432232314}';
    const signature = 'v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=';
    const headers = {
      'webhook-id': 'msg_p5jXN8AQM9LWM0D4loKWxJek',
      'webhook-timestamp': '1614265330',
      'webhook-signature': signature,
    };
    const asked = { body, secret: token };

    it('takes its signature, also as one of several', () => {
      expect(genuine(headers, asked)).toBe(true);
      expect(genuine({ ...headers, 'webhook-signature': `v1,AAAA v2,x ${signature}` }, asked)).toBe(true);
      expect(genuine(headers, { ...asked, now: NOW + 299_000 })).toBe(true);
    });

    it.each([
      [{ ...headers, 'webhook-id': 'msg_other' }],
      [{ ...headers, 'webhook-timestamp': '1614265331' }],
      [{ ...headers, 'webhook-timestamp': 'now' }],
      [{ ...headers, 'webhook-signature': signature.slice('v1,'.length) }],
      [{ ...headers, 'webhook-signature': '' }],
      [{ 'webhook-signature': signature }],
    ] as Record<string, string>[][])('refuses %j', (other = {}) => {
      expect(genuine(other, asked)).toBe(false);
    });

    it('refuses what is older or newer than five minutes', () => {
      expect(genuine(headers, { ...asked, now: NOW + 301_000 })).toBe(false);
      expect(genuine(headers, { ...asked, now: NOW - 301_000 })).toBe(false);
    });

    it('signs with no key that anybody could guess', () => {
      const empty = createHmac('sha256', '').update(`a.1614265330.${body}`).digest('base64');
      const forged = { 'webhook-id': 'a', 'webhook-timestamp': '1614265330', 'webhook-signature': `v1,${empty}` };
      expect(genuine(forged, { body, secret: 'whsec_!!!!!!!!!!!!!!!!' })).toBe(false);
      expect(genuine(forged, { body, secret: SECRET })).toBe(false);
    });
  });

  it('takes no credentials that were made without the secret', () => {
    const names = [
      'x-hub-signature-256',
      'x-birdkeeper-signature',
      'x-gitea-signature',
      'x-forgejo-signature',
      'x-gitlab-token',
      'authorization',
      'webhook-id',
      'webhook-timestamp',
      'webhook-signature',
    ];
    const value = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.constantFrom('sha256=', 'Bearer ', 'v1,', '1614265330', HEX),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...names), value), fc.uint8Array(), (headers, body) => {
        const secret = Buffer.from('whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw');
        expect(isGenuine({ headers, body: Buffer.from(body) }, secret, NOW)).toBe(false);
      }),
      { numRuns: 1_000 },
    );
  });
});
