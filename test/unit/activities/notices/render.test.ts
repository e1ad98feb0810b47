import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Notice } from '../../../../activities/notices/notice.js';
import { renderJson, renderMail, renderSlack } from '../../../../activities/notices/render.js';
import { aNotice, AT } from './builders.js';

const A = 'a1b2c3d'.padEnd(40, '0');
const B = 'b1c2d3e'.padEnd(40, '0');

const whole = aNotice({
  todo: 'Push the image.',
  checkouts: [
    { name: 'birdhouse-deploy', from: A, to: B, subject: 'Raise the limit' },
    { name: 'private', to: A },
  ],
});

const EVIL = [
  '\r\n',
  '\n',
  '\r',
  '\u2028',
  '\u0085',
  '\0',
  '\u001b[31m',
  '\u202e',
  '<!channel>',
  '<!here|x>',
  '@here',
  '&',
  '<',
  '>',
  '@',
  '🐦',
  '\ud800',
];
const foreign = fc.array(fc.oneof(fc.constantFrom(...EVIL), fc.string({ unit: 'binary', maxLength: 60 })), {
  maxLength: 60,
});
const foreignText = foreign.map((parts) => parts.join(''));
const anyNotice: fc.Arbitrary<Notice> = fc
  .record({ title: foreignText, text: foreignText, todo: foreignText, name: foreignText, subject: foreignText })
  .map(({ title, text, todo, name, subject }) =>
    aNotice({ title, text, todo, checkouts: Array.from({ length: 30 }, () => ({ name, subject, to: A })) }),
  );
const UNSEEN = /(?![\n\t])[\p{Cc}\u202a-\u202e\u2066-\u2069]/u;

describe('activities/notices/render', () => {
  describe('mail', () => {
    it('says what to do, what happened, which commits, and where', () => {
      expect(renderMail(whole)).toEqual({
        subject: '[birdkeeper] birds on alpha: deployment 12 failed in pull',
        text: [
          'To do: Push the image.',
          '',
          'weaver:4.2.1 is not in the registry.',
          '',
          '- birdhouse-deploy a1b2c3d -> b1c2d3e Raise the limit',
          '- private a1b2c3d',
          '',
          `Stack birds on alpha, deployment 12, ${AT}`,
          '',
        ].join('\n'),
      });
    });

    it('of a look names no deployment', () => {
      const { number: _, ...look } = aNotice();
      expect(renderMail(look).text).toContain(`Stack birds on alpha, ${AT}`);
    });

    it('has a subject of one line and at most 120 characters, whatever comes in', () => {
      fc.assert(
        fc.property(anyNotice, (notice) => {
          const { subject, text } = renderMail(notice);
          expect(subject).not.toMatch(/[\p{Cc}\u2028\u2029]/u);
          expect([...subject].length).toBeLessThanOrEqual(120);
          expect(text).not.toMatch(UNSEEN);
          expect(`${subject}${text}`.isWellFormed()).toBe(true);
        }),
      );
    });

    it('keeps the beginning and the end of a long output', () => {
      const { text } = renderMail(aNotice({ text: `first\n${'x'.repeat(20_000)}\nlast` }));
      expect(text).toMatch(/^first\n[^]*…[^]*\nlast\n/);
      expect(text.length).toBeLessThan(10_000);
    });

    it('names twenty checkouts and counts the others', () => {
      const checkouts = Array.from({ length: 25 }, (_, index) => ({ name: `c${index}` }));
      expect(renderMail(aNotice({ checkouts })).text).toContain('- c19\n… and 5 more\n');
    });
  });

  describe('Slack', () => {
    it('gets one text', () => {
      expect(renderSlack(whole)).toEqual({
        text: [
          '*birds on alpha: deployment 12 failed in pull*',
          'To do: Push the image.',
          'weaver:4.2.1 is not in the registry.',
          '- birdhouse-deploy a1b2c3d -&gt; b1c2d3e Raise the limit\n- private a1b2c3d',
        ].join('\n\n'),
      });
    });

    it.each([
      ['<!channel> hello', '&lt;!channel&gt; hello'],
      ['<https://evil.example|click> &amp;', '&lt;https://evil.example|click&gt; &amp;amp;'],
      ['@channel @Here x@everyone', '@\u200bchannel @\u200bHere x@\u200beveryone'],
      ['<@U012> <@&7> (@ann)', '&lt;@\u200bU012&gt; &lt;@\u200b&amp;7&gt; (@\u200bann)'],
      ['ask ops@example.org', 'ask ops@example.org'],
    ])('mentions nobody: %s', (text, shown) => {
      expect(renderSlack(aNotice({ text })).text).toContain(`\n\n${shown}`);
    });

    it('is escaped, mentions nobody and fits, whatever comes in', () => {
      fc.assert(
        fc.property(anyNotice, (notice) => {
          const { text } = renderSlack(notice);
          expect(text.replace(/&(amp|lt|gt);/g, '')).not.toMatch(/[&<>]/);
          expect(text).not.toMatch(/@(everyone|here|channel|all)/i);
          expect(text).not.toMatch(UNSEEN);
          expect(text.length).toBeLessThanOrEqual(1900);
        }),
      );
    });

    it('cuts no escape in two', () => {
      expect(renderSlack(aNotice({ title: '&'.repeat(3000) })).text).toMatch(/^\*(&amp;)+…$/);
    });
  });

  describe('JSON', () => {
    it('has every key, also where there is nothing', () => {
      const { number: _, ...look } = aNotice();
      expect(renderJson(look)).toEqual({
        v: 1,
        kind: 'failed',
        stack: 'birds',
        host: 'alpha',
        number: null,
        title: 'birds on alpha: deployment 12 failed in pull',
        text: 'weaver:4.2.1 is not in the registry.',
        todo: null,
        checkouts: [],
        at: AT,
      });
    });

    it('holds full commits', () => {
      expect(renderJson(whole)).toMatchObject({
        number: 12,
        todo: 'Push the image.',
        checkouts: [
          { name: 'birdhouse-deploy', from: A, to: B, subject: 'Raise the limit' },
          { name: 'private', from: null, to: A, subject: null },
        ],
      });
    });

    it('survives being written and read, whatever comes in', () => {
      fc.assert(
        fc.property(anyNotice, (notice) => {
          const json = renderJson(notice);
          expect(JSON.parse(JSON.stringify(json))).toEqual(json);
          expect(json.title).not.toContain('\n');
          expect(JSON.stringify(json)).not.toMatch(/\\u(001b|0000|d800)/i);
        }),
      );
    });

    it('keeps to itself how sure it is', () => {
      expect(Object.keys(renderJson(aNotice({ unsure: true, lasting: true })))).not.toContain('unsure');
    });
  });
});
