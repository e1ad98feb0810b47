import { describe, expect, it } from 'vitest';
import { explainTls, type Handshake } from '../../../client/tls-words.js';
import { withoutSecrets } from '../../../client/open-connection.js';

const now = new Date('2026-06-01T00:00:00Z');
const handshake: Handshake = { address: 'there:7233', name: 'there', client: undefined, now };
const failed = (code: string, message = 'openssl says something') => Object.assign(new Error(message), { code });
const told = (error: unknown, more: Partial<Handshake> = {}) => explainTls(error, { ...handshake, ...more });

describe('client/tls-words', () => {
  it.each([
    ['SELF_SIGNED_CERT_IN_CHAIN', /nobody that is trusted here \(SELF_SIGNED_CERT_IN_CHAIN\).*SERVER_CA_CERT_PATH/],
    ['CERT_HAS_EXPIRED', /has expired/],
    ['CERT_NOT_YET_VALID', /is not valid yet.*clocks/],
    ['ERR_TLS_CERT_ALTNAME_INVALID', /is not for there: openssl says something\. .*TEMPORAL_TLS_SERVER_NAME/],
    ['ERR_SSL_WRONG_VERSION_NUMBER', /speaks no TLS/],
    [
      'ERR_SSL_TLSV13_ALERT_CERTIFICATE_REQUIRED',
      /says "certificate required"\. Most likely it wants a client certificate/,
    ],
    ['ECONNRESET', /ended the connection\. Most likely it wants/],
  ])('%s', (code, sentence) => {
    expect(told(failed(code))).toMatch(sentence);
  });

  it('a certificate of ours that is refused: expired, or of another authority', () => {
    const alert = failed('ERR_SSL_TLSV1_ALERT_UNKNOWN_CA');
    expect(told(alert, { client: { validTo: 'Jan  1 00:00:00 2026 GMT' } })).toMatch(/has expired \(Jan .*Renew it/);
    expect(told(alert, { client: { validTo: 'Jan  1 00:00:00 2027 GMT' } })).toMatch(/says "unknown ca".*signed by/);
  });

  it('what is not of TLS is given as it is', () => {
    expect(told(failed('ECONNREFUSED', 'connect ECONNREFUSED'))).toBe('connect ECONNREFUSED');
  });

  it('keys and headers are taken out of what a server says', () => {
    const security = { apiKey: 'k3y', metadata: { tenant: 'a', token: 'another-secret' } };
    expect(withoutSecrets('Bearer k3y and another-secret are bad', security)).toBe('Bearer *** and *** are bad');
  });
});
