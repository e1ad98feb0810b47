import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { redactNotice } from '../../../../activities/notices/notice.js';
import { renderJson, renderMail, renderSlack } from '../../../../activities/notices/render.js';
import { createReceiverRedactor } from '../../../../activities/notices/secrets.js';
import { parseMailServer, parseReceivers } from '../../../../activities/stack/notify.js';
import { aNotice } from './builders.js';

const redactorOf = (notify: string, smtp = 'smtp://relay') =>
  createReceiverRedactor({ notify: parseReceivers(notify), smtpUrl: parseMailServer(smtp) });

const secret = fc.stringMatching(/^[A-Za-z0-9]{12,30}$/);

describe('activities/notices/secrets', () => {
  it.each([
    ['a whole address', 'https://hooks.example.org/services/T0/XyZ123456789', '‹redacted›'],
    ['its path', 'POST /services/T0/XyZ123456789 failed', 'POST ‹redacted› failed'],
    ['the long part of it', 'token XyZ123456789', 'token ‹redacted›'],
    ['its host and short words, which are none', 'services at hooks.example.org', 'services at hooks.example.org'],
  ])('takes out %s', (_, text, shown) => {
    expect(redactorOf('slack+https://hooks.example.org/services/T0/XyZ123456789')(text)).toBe(shown);
  });

  it('leaves text alone when no receiver has secrets', () => {
    const text = 'https://events.example.org/ says / and more';
    expect(redactorOf('mailto:ops@example.org https://events.example.org/')(text)).toBe(text);
  });

  it('no secret of the receivers is in anything that is sent', () => {
    fc.assert(
      fc.property(fc.tuple(secret, secret, secret, secret), fc.string(), ([path, query, web, smtp], around) => {
        const redact = redactorOf(
          `slack+https://hooks.example.org/x/${path} https://ann:${web}@events.example.org/in?key=${query}`,
          `smtps://ann:${smtp}@relay`,
        );
        const leak = `${around} ${path} ${query} ${web} ${smtp} ${Buffer.from(`ann:${web}`).toString('base64')} ${around}`;
        const told = redactNotice(
          aNotice({ title: leak, text: leak, todo: leak, checkouts: [{ name: 'private', subject: leak }] }),
          redact,
        );
        const sent = JSON.stringify([renderMail(told), renderSlack(told), renderJson(told)]);
        for (const value of [path, query, web, smtp]) expect(sent).not.toContain(value);
        expect(sent).not.toContain(Buffer.from(`ann:${web}`).toString('base64'));
      }),
    );
  });
});
