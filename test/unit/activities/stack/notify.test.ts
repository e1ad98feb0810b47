import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseMailServer, parseNoticeKinds, parseReceivers, parseSender } from '../../../../activities/stack/notify.js';

/** What a parser says to bad input, or undefined when it takes it. */
function refusal(parse: () => unknown): string | undefined {
  try {
    parse();
    return undefined;
  } catch (error) {
    expect(error).toBeInstanceOf(RangeError);
    return (error as RangeError).message;
  }
}

const token = fc.string({
  unit: fc.constantFrom(...'ABCDEFGHJKLMNPQRSTUVWXYZ23456789'),
  minLength: 10,
  maxLength: 40,
});

describe('activities/stack/notify', () => {
  describe('receivers', () => {
    it('are read one a line or between blanks', () => {
      const text = ` mailto:ops@example.org\n\tslack+https://hooks.example.org/services/T1/B2  https://events.example.org/in?key=1\n`;
      expect(parseReceivers(text)).toEqual([
        { kind: 'mail', addresses: ['ops@example.org'] },
        { kind: 'slack', url: 'https://hooks.example.org/services/T1/B2' },
        { kind: 'json', url: 'https://events.example.org/in?key=1' },
      ]);
    });

    it('are none when there is no text', () => {
      expect(parseReceivers('  \n ')).toEqual([]);
    });

    it('may be several addresses of one mail, each counted once', () => {
      expect(parseReceivers('mailto:a@x.org,b%2Bbirds@localhost,a@x.org')).toEqual([
        { kind: 'mail', addresses: ['a@x.org', 'b+birds@localhost'] },
      ]);
    });

    it('count once when they are given twice', () => {
      expect(parseReceivers('http://a/x http://a/x slack+http://a/x')).toEqual([
        { kind: 'json', url: 'http://a/x' },
        { kind: 'slack', url: 'http://a/x' },
      ]);
    });

    it('at hooks.slack.com are told in the one shape that Slack takes', () => {
      expect(parseReceivers('https://hooks.slack.com/services/T/B/X')).toMatchObject([{ kind: 'slack' }]);
    });

    it('get credentials of their address as a header, and never see its fragment', () => {
      expect(parseReceivers('https://ann:p%40ss@events.example.org/in#here')).toEqual([
        {
          kind: 'json',
          url: 'https://events.example.org/in',
          authorization: `Basic ${Buffer.from('ann:p@ss').toString('base64')}`,
        },
      ]);
    });

    it.each([
      [
        'an address without mailto:',
        'ops@example.org',
        'receiver 1 should be mailto:ADDRESS[,ADDRESS], slack+https://',
      ],
      ['a scheme that is not known', 'http://ok ftp://x/y', 'receiver 2 should be mailto:'],
      ['a host that is none', 'https://', 'receiver 1 should be mailto:'],
      ['a mail with a subject', 'mailto:a@x.org?subject=hi', 'receiver 1 should be mailto: with mail addresses'],
      ['an empty address', 'mailto:a@x.org,', 'receiver 1 should be mailto: with mail addresses'],
      ['a line break hidden in an address', 'mailto:a@x.org%0d%0aBcc:b@x.org', 'receiver 1 should be mailto:'],
      ['a malformed escape', 'mailto:a%zz@x.org', 'receiver 1 should be mailto: with mail addresses'],
      ['a malformed escape in a password', 'https://a:%zz@x.org/', 'receiver 1 should have "%" in user and password'],
    ])('refuse %s', (_, text, message) => {
      expect(refusal(() => parseReceivers(text))).toContain(message);
    });

    it('are never repeated when one of them is wrong', () => {
      const wrong = fc.constantFrom('hook', 'slack+ftp:', 'mailto:https:', 'https:/\\:', 'teams+https:', 'https://:x');
      fc.assert(
        fc.property(wrong, token, token, (scheme, host, secret) => {
          const message = refusal(() => parseReceivers(`https://ok/${secret} ${scheme}//${host}@${host}:x/${secret}`));
          expect(message).toMatch(/^receiver 2 should /);
          expect(message).not.toContain(secret);
          expect(message).not.toContain(host);
        }),
      );
    });
  });

  describe('kinds', () => {
    it('are words, each once', () => {
      expect(parseNoticeKinds(' failed rolled-back\nfailed ')).toEqual(['failed', 'rolled-back']);
    });

    it('that are not known are refused with those that are', () => {
      expect(refusal(() => parseNoticeKinds('failed rolledback'))).toBe(
        'should be some of: deployed failed rolled-back blocked waiting job-failed recovered',
      );
    });
  });

  describe('the mail server', () => {
    it.each([
      ['smtp://127.0.0.1:25', { host: '127.0.0.1', port: 25, secure: false }],
      ['smtp://mail.example.org', { host: 'mail.example.org', port: 25, secure: false }],
      ['smtps://mail.example.org/', { host: 'mail.example.org', port: 465, secure: true }],
      ['smtp://[::1]:2525', { host: '::1', port: 2525, secure: false }],
      [
        'smtp://ann%40x.org:p%2Fw%3A@relay:587',
        { host: 'relay', port: 587, secure: false, login: { user: 'ann@x.org', password: 'p/w:' } },
      ],
      ['smtp://ann:p@w@relay', { host: 'relay', port: 25, secure: false, login: { user: 'ann', password: 'p@w' } }],
    ])('%s', (text, server) => {
      expect(parseMailServer(text)).toEqual(server);
    });

    it.each([
      ['no scheme', 'mail.example.org:25', 'should be smtp://[USER:PASSWORD@]HOST[:PORT]'],
      ['another scheme', 'http://mail.example.org', 'should be smtp://'],
      ['no host', 'smtp://', 'should be smtp://'],
      ['a path', 'smtp://relay/x', 'should be smtp://'],
      ['a password with a slash', 'smtp://ann:s3/cret@relay', '"/", "?", "#", "%" and ":" in user and password'],
      ['a port that is none', 'smtp://relay:99999', 'should be smtp://'],
      ['a user alone', 'smtp://ann@relay', 'should hold a user and a password, or neither'],
      ['a malformed escape', 'smtp://ann:%zz@relay', 'should have "%" in user and password written as %25'],
    ])('is refused with %s', (_, text, message) => {
      expect(refusal(() => parseMailServer(text))).toContain(message);
      expect(refusal(() => parseMailServer(text))).not.toMatch(/s3|cret|zz|relay/);
    });
  });

  describe('the sender', () => {
    it.each([
      ['birdkeeper@localhost', { name: '', address: 'birdkeeper@localhost' }],
      ['<a@x.org>', { name: '', address: 'a@x.org' }],
      ['Birds, of alpha <a@x.org>', { name: 'Birds, of alpha', address: 'a@x.org' }],
      ['"Birds" <a@x.org>', { name: 'Birds', address: 'a@x.org' }],
    ])('%s', (text, sender) => {
      expect(parseSender(text)).toEqual(sender);
    });

    it.each(['birdkeeper', 'a@x.org, b@x.org', 'A\r\nBcc: b@x.org <a@x.org>', 'A <a@x.org> B', '<>'])(
      'is refused: %j',
      (text) => {
        expect(refusal(() => parseSender(text))).toBe('should be a mail address, ADDRESS or NAME <ADDRESS>');
      },
    );
  });

  it('takes anything at all, or refuses it in a sentence', () => {
    const parsers = [parseReceivers, parseNoticeKinds, parseMailServer, parseSender];
    const text = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc
        .tuple(fc.constantFrom('mailto:', 'slack+', 'smtp://', 'https://', 'https://a:b@', 'smtp://h:'), fc.string())
        .map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, fc.constantFrom(...parsers), (given, parse) => {
        expect(refusal(() => parse(given)) ?? 'should').toContain('should');
      }),
      { numRuns: 1_000 },
    );
  });
});
