import { createServer, type AddressInfo, type Server } from 'node:net';
import { once } from 'node:events';
import type { SMTPServerOptions } from 'smtp-server';
import { afterEach, describe, expect, it } from 'vitest';
import { sendMail } from '../../../../activities/notices/send-mail.js';
import { parseMailServer } from '../../../../activities/stack/notify.js';
import { mailHost, type MailHost } from '../../../support/mail-host.js';

let host: MailHost | undefined;
afterEach(async () => {
  await host?.close();
  host = undefined;
});

const mail = { subject: 'birds on alpha: Wärme', text: 'first line\n.\nlast line\n' };
const from = { name: 'Birds, of alpha', address: 'birdkeeper@example.org' };
const unlimited = new AbortController().signal;
const send = (url: string, to = ['ops@example.org'], signal = unlimited) =>
  sendMail(mail, to, parseMailServer(url), from, signal);

describe('activities/notices/send-mail', () => {
  it('delivers one mail to all addresses, over TLS where the server on this machine offers it', async () => {
    host = await mailHost();
    expect(await send(`smtp://127.0.0.1:${host.port}`, ['a@example.org', 'b@example.org'])).toEqual({
      sent: true,
      refused: [],
    });
    expect(host.received).toHaveLength(1);
    const [received] = host.received;
    expect(received).toMatchObject({
      from: 'birdkeeper@example.org',
      to: ['a@example.org', 'b@example.org'],
      secure: true,
      user: undefined,
    });
    expect(received?.raw).toMatch(/^From: "Birds, of alpha" <birdkeeper@example\.org>\r$/m);
    expect(received?.raw).toMatch(/^To: a@example\.org, b@example\.org\r$/m);
    expect(received?.raw).toMatch(/^Subject: =\?UTF-8\?/m);
    expect(received?.raw).toMatch(/^Auto-Submitted: auto-generated\r$/m);
    expect(received?.raw).toMatch(/^Content-Type: text\/plain; charset=utf-8\r$/m);
    expect(received?.raw).toContain('first line\r\n.\r\nlast line');
  });

  it('delivers in plain text where nothing else is offered and no password is sent', async () => {
    host = await mailHost({ disabledCommands: ['STARTTLS', 'AUTH'] }, '0.0.0.0');
    expect(await send(`smtp://0.0.0.0:${host.port}`)).toEqual({ sent: true, refused: [] });
    expect(host.received).toMatchObject([{ secure: false }]);
  });

  it('speaks TLS from the first byte on with smtps://', async () => {
    host = await mailHost({ secure: true });
    expect(await send(`smtps://localhost:${host.port}`)).toEqual({ sent: true, refused: [] });
    expect(host.received).toMatchObject([{ secure: true }]);
  });

  describe('with a password', () => {
    const asking = (rest: SMTPServerOptions = {}): SMTPServerOptions => ({
      authOptional: false,
      onAuth: ({ username, password }, _session, done) =>
        username === 'ann@x.org' && password === 'hunter/2'
          ? done(null, { user: 'ann' })
          : done(new Error(`no ${password}`)),
      ...rest,
    });

    it('logs in', async () => {
      host = await mailHost(asking());
      expect(await send(`smtp://ann%40x.org:hunter%2F2@127.0.0.1:${host.port}`)).toEqual({ sent: true, refused: [] });
      expect(host.received).toMatchObject([{ user: 'ann', secure: true }]);
    });

    it('that is wrong is told without it', async () => {
      host = await mailHost(asking());
      expect(await send(`smtp://ann%40x.org:wrong-one@127.0.0.1:${host.port}`)).toEqual({
        sent: false,
        failure: { why: 'refuses the user and password of BIRDKEEPER_SMTP_URL', again: false },
      });
    });

    it('that is missing is told', async () => {
      host = await mailHost(asking());
      const result = await send(`smtp://127.0.0.1:${host.port}`);
      expect(result).toMatchObject({ sent: false, failure: { again: false } });
      expect(JSON.stringify(result)).toMatch(/authentication required/i);
    });

    it('is not sent to another machine that offers no TLS', async () => {
      const seen: string[] = [];
      host = await mailHost(
        asking({
          disabledCommands: ['STARTTLS'],
          allowInsecureAuth: true,
          onAuth: ({ password }, _session, done) => {
            seen.push(password ?? '');
            done(new Error('no'));
          },
        }),
        '0.0.0.0',
      );
      const result = await send(`smtp://ann:hunter2@0.0.0.0:${host.port}`);
      expect(result).toMatchObject({ sent: false, failure: { again: false } });
      expect(JSON.stringify(result)).toContain('a password goes over TLS only');
      expect(seen).toEqual([]);
    });
  });

  describe('a certificate that nobody vouches for, of another machine', () => {
    it.each([
      ['after STARTTLS', 'smtp', false],
      ['from the first byte on', 'smtps', true],
    ])('is not accepted %s, and the sentence says what to do', async (_, scheme, secure) => {
      host = await mailHost({ secure }, '0.0.0.0');
      const result = await send(`${scheme}://0.0.0.0:${host.port}`);
      expect(result).toMatchObject({ sent: false, failure: { again: false } });
      expect(JSON.stringify(result)).toContain('NODE_EXTRA_CA_CERTS=FILE');
      expect(host.received).toEqual([]);
    });
  });

  it('tells which addresses were refused while others were taken', async () => {
    host = await mailHost({
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('gone') ? done(Object.assign(new Error('no such user'), { responseCode: 550 })) : done(),
    });
    expect(await send(`smtp://127.0.0.1:${host.port}`, ['a@example.org', 'gone@example.org'])).toEqual({
      sent: true,
      refused: [{ address: 'gone@example.org', failure: { why: 'refuses it: 550 no such user', again: false } }],
    });
    expect(await send(`smtp://127.0.0.1:${host.port}`, ['gone@example.org'])).toEqual({
      sent: false,
      failure: { why: 'refuses it: 550 no such user', again: false },
    });
  });

  it.each([
    ['for now', 451, true],
    ['for good', 554, false],
  ])('a server that refuses %s, with %i: trying again helps is %s', async (_, responseCode, again) => {
    host = await mailHost({
      onMailFrom: (_address, _session, done) => done(Object.assign(new Error('not now'), { responseCode })),
    });
    expect(await send(`smtp://127.0.0.1:${host.port}`)).toEqual({
      sent: false,
      failure: { why: `refuses it: ${responseCode} not now`, again },
    });
  });

  it('a closed port refuses the connection', async () => {
    host = await mailHost();
    await host.close();
    expect(await send(`smtp://127.0.0.1:${host.port}`)).toEqual({
      sent: false,
      failure: { why: 'refuses the connection: nothing listens there', again: true },
    });
  });

  it('a server that says nothing is left when the signal says so', async () => {
    const silent: Server = createServer();
    silent.listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const hungUp = once(silent, 'connection').then(([socket]: unknown[]) =>
      once(socket as NodeJS.EventEmitter, 'close'),
    );
    const begun = Date.now();
    const { port } = silent.address() as AddressInfo;
    const result = await send(`smtp://127.0.0.1:${port}`, ['a@x.org'], AbortSignal.timeout(300));
    expect(result.sent).toBe(false);
    expect(Date.now() - begun).toBeLessThan(5000);
    await hungUp;
    silent.close();
  });

  it('a server that speaks no SMTP is told so', async () => {
    const web: Server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
    web.listen(0, '127.0.0.1');
    await once(web, 'listening');
    const result = await send(`smtp://127.0.0.1:${(web.address() as AddressInfo).port}`);
    expect(result).toMatchObject({ sent: false });
    expect(JSON.stringify(result)).toContain('does not speak SMTP');
    web.close();
  });
});
