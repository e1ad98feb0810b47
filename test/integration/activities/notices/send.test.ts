import type { ServerResponse } from 'node:http';
import { afterEach, describe, expect, it } from 'vitest';
import type { Notice } from '../../../../activities/notices/notice.js';
import { sendNotice } from '../../../../activities/notices/send.js';
import { noticeSettings } from './settings.js';
import { mailHost } from '../../../support/mail-host.js';
import { says, webHost, type WebHost } from './web.js';

const PATH = '/services/T0AAAA/B0BBBB/XyZ123456789';
const notice: Notice = {
  kind: 'failed',
  stack: 'birds',
  host: 'alpha',
  number: 12,
  title: 'birds on alpha: deployment 12 failed in pull',
  text: 'denied: <!channel>',
  checkouts: [{ name: 'private', to: 'a'.repeat(40), subject: 'Use hunter2' }],
  at: '2026-03-01T05:07:00.000Z',
};

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((server) => server.close()));
});
async function web(answer: (response: ServerResponse, count: number) => void): Promise<WebHost> {
  const server = await webHost(answer);
  open.push(server);
  return server;
}

interface More {
  smtpUrl?: string;
  limitMs?: number;
  signal?: AbortSignal;
}
const send = (notify: string, { smtpUrl, limitMs, signal }: More = {}) =>
  sendNotice(notice, {
    settings: noticeSettings(notify, smtpUrl),
    redact: (text) => text.replaceAll('hunter2', '***'),
    signal: signal ?? new AbortController().signal,
    ...(limitMs !== undefined && { limitMs }),
  });

describe('activities/notices/send', () => {
  it('tells everybody in their own form, without secrets', async () => {
    const slack = await web(says(200, 'ok'));
    const json = await web(says(202));
    const mail = await mailHost();
    open.push(mail);
    const notify = `mailto:ops@example.org slack+${slack.origin}${PATH} http://ann:pw@${json.host}/in?key=K1234567890`;
    expect(await send(notify, { smtpUrl: `smtp://127.0.0.1:${mail.port}` })).toEqual({
      sent: ['mail to ops@example.org', `webhook at ${slack.host}`, `webhook at ${json.host}`],
      failed: [],
    });

    expect(slack.posted).toMatchObject([{ method: 'POST', path: PATH }]);
    expect(slack.posted[0]?.headers).toMatchObject({
      'content-type': 'application/json; charset=utf-8',
      'user-agent': 'birdkeeper',
    });
    expect(JSON.parse(slack.posted[0]?.body ?? '')).toEqual({
      text: '*birds on alpha: deployment 12 failed in pull*\n\ndenied: &lt;!channel&gt;\n\n- private aaaaaaa Use ***',
    });

    expect(json.posted[0]?.path).toBe('/in?key=K1234567890');
    expect(json.posted[0]?.headers.authorization).toBe(`Basic ${Buffer.from('ann:pw').toString('base64')}`);
    expect(JSON.parse(json.posted[0]?.body ?? '')).toMatchObject({
      v: 1,
      kind: 'failed',
      number: 12,
      text: 'denied: <!channel>',
    });

    expect(mail.received[0]?.raw).toContain('Subject: [birdkeeper] birds on alpha: deployment 12 failed in pull');
    expect(`${slack.posted[0]?.body}${json.posted[0]?.body}${mail.received[0]?.raw}`).not.toContain('hunter2');
  });

  it('nobody is told when there is no receiver', async () => {
    expect(await send('')).toEqual({ sent: [], failed: [] });
  });

  it('one that fails hinders no other, and is told with its host and why', async () => {
    const good = await web(says(200));
    const bad = await web(says(404, 'no_service'));
    const gone = await webHost(says(200));
    await gone.close();
    const notify = `slack+${bad.origin}${PATH} ${good.origin}${PATH} ${gone.origin}${PATH} mailto:ops@example.org`;
    const delivery = await send(notify);
    expect(delivery).toEqual({
      sent: [`webhook at ${good.host}`],
      failed: [
        `The webhook was not told: ${bad.host} answers with status 404 (no_service).`,
        `The webhook was not told: ${gone.host} refuses the connection: nothing listens there.`,
        'Mail to ops@example.org was not told: 127.0.0.1:9 refuses the connection: nothing listens there.',
      ],
    });
    expect(bad.posted).toHaveLength(1);
  });

  it('a server that is sick once is asked again', async () => {
    const server = await web((response, count) => says(count === 1 ? 503 : 200)(response));
    expect(await send(`${server.origin}${PATH}`)).toEqual({ sent: [`webhook at ${server.host}`], failed: [] });
    expect(server.posted).toHaveLength(2);
  });

  it('a server that stays sick is asked twice', async () => {
    const server = await web(says(500, `Internal error at ${PATH}`));
    expect(await send(`${server.origin}${PATH}`)).toEqual({
      sent: [],
      failed: [`The webhook was not told: ${server.host} answers with status 500.`],
    });
    expect(server.posted).toHaveLength(2);
  });

  it('a redirect is not followed, and its host is told', async () => {
    const other = await web(says(200));
    const server = await web(says(307, '', { location: `${other.origin}${PATH}` }));
    const delivery = await send(`${server.origin}${PATH}`);
    expect(delivery.failed).toEqual([
      `The webhook was not told: ${server.host} sends on to ${other.origin} (status 307), which is not followed: write the address that is meant.`,
    ]);
    expect(other.posted).toEqual([]);
  });

  it('slow ones are left at the limit, all at once', async () => {
    const never = await web(() => undefined);
    const drips = await web((response) => {
      response.writeHead(500);
      const timer = setInterval(() => response.write('x'), 20);
      response.on('close', () => clearInterval(timer));
    });
    const good = await web(says(200));
    const begun = Date.now();
    const delivery = await send(`${never.origin}/a ${never.origin}/b ${drips.origin}/c ${good.origin}/d`, {
      limitMs: 400,
    });
    expect(Date.now() - begun).toBeLessThan(3000);
    expect(delivery.sent).toEqual([`webhook at ${good.host}`]);
    expect(delivery.failed).toEqual([
      `The webhook was not told: ${never.host} does not answer within 0.4 s.`,
      `The webhook was not told: ${never.host} does not answer within 0.4 s.`,
      `The webhook was not told: ${drips.host} does not answer within 0.4 s.`,
    ]);
  });

  it('an endless answer is not read to its end', async () => {
    let written = 0;
    const server = await web((response) => {
      response.writeHead(400);
      const more = () => {
        while (!response.destroyed && response.write('x'.repeat(1024))) written += 1024;
      };
      response.on('drain', more);
      more();
    });
    const delivery = await send(`${server.origin}${PATH}`);
    expect(delivery.failed).toEqual([`The webhook was not told: ${server.host} answers with status 400.`]);
    expect(written).toBeLessThan(16 * 1024 * 1024);
  });

  it('a mail that only some addresses get is told of the others', async () => {
    const mail = await mailHost({
      onRcptTo: ({ address }, _session, done) =>
        address.startsWith('gone') ? done(Object.assign(new Error('no such user'), { responseCode: 550 })) : done(),
    });
    open.push(mail);
    expect(await send('mailto:a@example.org,gone@example.org', { smtpUrl: `smtp://127.0.0.1:${mail.port}` })).toEqual({
      sent: ['mail to a@example.org'],
      failed: [`Mail to gone@example.org was not told: 127.0.0.1:${mail.port} refuses it: 550 no such user.`],
    });
  });

  it('a password that a mail server repeats is taken out', async () => {
    const mail = await mailHost({
      onMailFrom: (_address, _session, done) => done(Object.assign(new Error('bad hunter/2'), { responseCode: 550 })),
      onAuth: ({ username }, _session, done) => done(null, { user: username ?? '' }),
    });
    open.push(mail);
    const { failed } = await send('mailto:a@example.org', { smtpUrl: `smtp://ann:hunter%2F2@127.0.0.1:${mail.port}` });
    expect(failed).toEqual([
      `Mail to a@example.org was not told: 127.0.0.1:${mail.port} refuses it: 550 bad ‹redacted›.`,
    ]);
  });

  it('throws nothing but the reason of an abort', async () => {
    const never = await web(() => undefined);
    const controller = new AbortController();
    const sending = send(`${never.origin}${PATH}`, { signal: controller.signal });
    setTimeout(() => controller.abort(new Error('the worker leaves')), 100);
    await expect(sending).rejects.toThrow('the worker leaves');
    await expect(send('', { signal: controller.signal })).rejects.toThrow('the worker leaves');
  });
});
