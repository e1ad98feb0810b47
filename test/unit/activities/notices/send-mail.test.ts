import { describe, expect, it } from 'vitest';
import { connectionOf, isLoopback } from '../../../../activities/notices/send-mail.js';
import { parseMailServer } from '../../../../activities/stack/notify.js';

const connection = (url: string) => connectionOf(parseMailServer(url));

describe('activities/notices/send-mail', () => {
  it.each(['localhost', 'LOCALHOST', 'mail.localhost', '127.0.0.1', '127.8.8.8', '::1'])(
    '%s is this machine',
    (host) => {
      expect(isLoopback(host)).toBe(true);
    },
  );

  it.each(['127.example.org', 'localhost.example.org', '10.0.0.1', '0.0.0.0', 'notlocalhost', '::2'])(
    '%s is another machine',
    (host) => {
      expect(isLoopback(host)).toBe(false);
    },
  );

  it('a password goes over TLS only, except on this machine', () => {
    expect(connection('smtp://ann:pw@relay').requireTLS).toBe(true);
    expect(connection('smtp://relay').requireTLS).toBe(false);
    expect(connection('smtp://ann:pw@127.0.0.1').requireTLS).toBe(false);
    expect(connection('smtps://ann:pw@relay')).toMatchObject({
      secure: true,
      requireTLS: false,
      auth: { user: 'ann', pass: 'pw' },
    });
  });

  it('a certificate is verified, except on this machine', () => {
    expect(connection('smtp://relay').tls.rejectUnauthorized).toBe(true);
    expect(connection('smtps://relay').tls.rejectUnauthorized).toBe(true);
    expect(connection('smtp://[::1]').tls.rejectUnauthorized).toBe(false);
  });
});
