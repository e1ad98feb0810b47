import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { describeAnswer, describeFailure, describeRefusal } from '../../../../activities/notices/failure-words.js';

const withCode = (code: string, rest: object = {}) => Object.assign(new Error('said'), { code, ...rest });
const fetchFailed = (cause: unknown) => new TypeError('fetch failed', { cause });
const HOOK = new URL('https://hooks.example.org/services/T0AAAA/secret_token?k=v');

describe('activities/notices/failure-words', () => {
  describe('an error of the network', () => {
    it.each([
      ['of fetch', fetchFailed(withCode('ECONNREFUSED')), 'refuses the connection', true],
      ['of all addresses of a name', fetchFailed(new AggregateError([withCode('ECONNREFUSED')])), 'refuses the', true],
      ['of nodemailer', withCode('ESOCKET', { originalCode: 'ECONNREFUSED' }), 'refuses the connection', true],
      ['of a name', fetchFailed(withCode('ENOTFOUND')), 'is a name that is not known here', true],
      ['of a closed connection', withCode('ECONNECTION'), 'closed the connection', true],
      ['of a password', withCode('EAUTH'), 'refuses the user and password', false],
      ['of a certificate', fetchFailed(withCode('DEPTH_ZERO_SELF_SIGNED_CERT')), 'NODE_EXTRA_CA_CERTS=FILE', false],
      [
        'of STARTTLS',
        withCode('ETLS', { message: 'Error initiating TLS - self-signed certificate' }),
        'not trusted',
        false,
      ],
      ['of TLS', fetchFailed(withCode('ERR_SSL_WRONG_VERSION_NUMBER')), 'does not speak TLS', false],
      ['nobody knows', new Error('at https://hooks.example.org/services/T0AAAA'), 'could not be told', true],
      ['that is none', 'thrown text', 'could not be told', true],
    ])('%s', (_, error, why, again) => {
      const failure = describeFailure(error);
      expect(failure.why).toContain(why);
      expect(failure.again).toBe(again);
    });

    it('that causes itself is looked at once', () => {
      const error = new Error('loop');
      error.cause = error;
      expect(describeFailure(error).why).toBe('could not be told');
    });
  });

  describe('a refusal of a mail server', () => {
    it('is repeated, on one line, and tried again only when it is for now', () => {
      expect(describeRefusal({ command: 'RCPT TO', status: 554, answer: '554 5.7.1\r\nRelay  denied ' })).toEqual({
        why: 'refuses it: 554 5.7.1 Relay denied',
        again: false,
      });
      expect(describeRefusal({ command: 'RCPT TO', status: 451, answer: '451 greylisted' }).again).toBe(true);
    });

    it('of STARTTLS or of a password says what is wrong', () => {
      expect(describeRefusal({ command: 'STARTTLS', status: 502, answer: '502 x' }).why).toContain(
        'a password goes over TLS only',
      );
      expect(describeRefusal({ command: 'AUTH PLAIN', status: 535, answer: '535 ann' })).toEqual({
        why: 'refuses the user and password of BIRDKEEPER_SMTP_URL',
        again: false,
      });
    });
  });

  describe('an answer of a webhook', () => {
    it.each([
      [500, '', 'answers with status 500', true],
      [429, '', 'answers with status 429', true],
      [404, 'no_service', 'answers with status 404 (no_service)', false],
      [400, 'Cannot POST /services/T0AAAA', 'answers with status 400', false],
      [400, 'secret_token', 'answers with status 400', false],
    ])('%i %s', (status, body, why, again) => {
      expect(describeAnswer(status, null, body, HOOK)).toEqual({ why, again });
    });

    it.each([
      ['https://other.example.org:8443/services/T0AAAA', 'sends on to https://other.example.org:8443 (status 308)'],
      ['/elsewhere/T0AAAA', 'sends on to https://hooks.example.org (status 308)'],
      ['http://[', 'sends on to elsewhere (status 308)'],
      [null, 'sends on to elsewhere (status 308)'],
    ])('that sends on to %s names the host and no path', (location, why) => {
      const failure = describeAnswer(308, location, '', HOOK);
      expect(failure.why).toContain(why);
      expect(failure.why).not.toContain('T0AAAA');
      expect(failure.again).toBe(false);
    });

    it('never repeats the path, whatever the server says', () => {
      const segment = fc.stringMatching(/^[a-zA-Z0-9_]{6,30}$/);
      const answer = fc.constantFrom(
        (secret: string) => secret,
        (secret: string) => `no ${secret}`,
        (s: string) => `/${s}`,
      );
      fc.assert(
        fc.property(segment, answer, fc.integer({ min: 300, max: 599 }), (secret, says, status) => {
          fc.pre(!'answers with status sends on to which is not followed write the address'.includes(secret));
          const asked = new URL(`https://h.example/x/${secret}`);
          expect(describeAnswer(status, `https://h.example/${secret}`, says(secret), asked).why).not.toContain(secret);
        }),
      );
    });
  });
});
