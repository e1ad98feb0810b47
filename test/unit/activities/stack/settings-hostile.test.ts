import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseFrequency } from '../../../../activities/shared/frequency.js';
import { SETTINGS, type SettingRow } from '../../../../activities/stack/settings-table.js';
import { readSettings, type StackSettings } from '../../../../activities/stack/settings.js';
import { nextOpening, parseWindows } from '../../../../activities/stack/windows.js';
import { hostileText, isSentence } from '../../../support/hostile.js';

const ROWS: readonly SettingRow[] = Object.values(SETTINGS);
const NAMES = ROWS.flatMap(({ names }) => names);
const SECRET = 'hunter2-of-the-operator';
const NOW = new Date('2026-01-02T03:04:05.000Z');

/** Values that are nearly good, and good ones for another setting. */
const nearlyGood = fc
  .tuple(
    fc.constantFrom(
      ...[
        '120',
        '0.5',
        '-1',
        '1e9',
        '9999999',
        '604801',
        '٣',
        '0x10',
        '7 5 * * *',
        '@every 5m',
        '@every 999999d999999d',
      ],
      ...[
        '0 0 30 2 *',
        '*/70 * * * *',
        '60 * * * *',
        '/srv/a',
        'srv/a',
        '../..',
        '1000:1000',
        'true',
        'TRUE',
        'report',
      ],
      ...['0 2 * * 1-5 for 3h', '0 2 * * 1-5 for 0m', '2026-12-24', '2026-12-24..2026-12-20', 'Europe/Berlin', 'UTC+1'],
      ...[`https://ann:${SECRET}@h/x`, 'http://h:0/', 'http://h 600', `slack+https://h/${SECRET}`, 'mailto:a@b'],
      ...['smtp://h:0', `smtp://ann:${SECRET}@h`, `smtp://ann:${SECRET}/@h`, 'failed blocked', 'A <a@x.org>'],
    ),
    fc.constantFrom('', ' ', ';', '\n', '\0', '\u202e', '%', '0'),
    fc.boolean(),
  )
  .map(([text, more, isBefore]) => (isBefore ? `${more}${text}` : `${text}${more}`));

const variables = fc.dictionary(
  fc.oneof(fc.constantFrom(...NAMES), fc.constantFrom('BIRDKEEPER_PIN_X', '__proto__', 'constructor')),
  fc.oneof(nearlyGood, hostileText),
  { minKeys: 1, maxKeys: 3, noNullPrototype: true },
);

/** Every limit is one that a timer of Node can hold. */
function limitsOf(settings: StackSettings): number[] {
  const { gitTimeoutSeconds, healthTimeoutSeconds, settleSeconds, settleSecondsNoHealthcheck } = settings;
  const { triggerTimeoutSeconds, hookTimeoutSeconds, busyLimitSeconds } = settings;
  const waits = [gitTimeoutSeconds, healthTimeoutSeconds, settleSeconds, settleSecondsNoHealthcheck];
  return [...waits, triggerTimeoutSeconds, hookTimeoutSeconds, busyLimitSeconds];
}

function requireMeaning(settings: StackSettings): void {
  for (const limit of limitsOf(settings)) expect(limit * 1_000).toBeLessThan(2 ** 31);
  const { platformFrequency, notebookFrequency, backupFrequency, probes, smtpUrl } = settings;
  for (const text of [platformFrequency, notebookFrequency, backupFrequency]) parseFrequency(text);
  const { deployWindows: windows, deployFreeze: freeze, timeZone } = settings;
  const opens = nextOpening(parseWindows({ windows, freeze, timeZone }), NOW);
  if (opens) expect(opens.getTime()).toBeGreaterThanOrEqual(NOW.getTime());
  for (const { url } of probes) expect(() => new Request(url)).not.toThrow();
  expect(smtpUrl.port).toBeGreaterThan(0);
}

describe('activities/stack/settings-hostile', () => {
  it('whatever the variables hold, they are settings that mean something, or a sentence for each that is wrong', () => {
    const origin = (name: string) => ({ file: '/srv/stack/env.local', line: name.length });
    fc.assert(
      fc.property(variables, (given) => {
        let settings: StackSettings;
        try {
          settings = readSettings(given, '/srv/stack', origin);
        } catch (error) {
          const lines = String(error instanceof Error ? error.message : error).split('\n');
          expect(error).toMatchObject({ type: 'Configuration' });
          for (const line of lines) {
            expect(isSentence(line), line).toBe(true);
            expect(line).toMatch(/^[A-Z_]+: .*should .* line \d+\)$/);
            expect(line).not.toContain(SECRET);
          }
          return;
        }
        requireMeaning(settings);
      }),
      { numRuns: 1_000 },
    );
  }, 30_000);

  it.each([
    ['BIRDKEEPER_GIT_TIMEOUT_SECONDS', '9999999'],
    ['BIRDKEEPER_HOOK_TIMEOUT_SECONDS', '604801'],
    ['BIRDKEEPER_SETTLE_SECONDS', '2147484'],
    ['BIRDKEEPER_BUSY_LIMIT_SECONDS', '9999999.999'],
  ])('%s=%s is more than a timer can hold, which would end at once', (name, text) => {
    expect(() => readSettings({ [name]: text }, '/s')).toThrow(
      /should be a number .*, at most 604800 \(7 days\) \(got/,
    );
  });

  it('a probe with credentials, which fetch refuses, would fail every deployment', () => {
    expect(() => readSettings({ BIRDKEEPER_PROBES: `http://ann:${SECRET}@h/` }, '/s')).toThrow(
      'BIRDKEEPER_PROBES: should be http(s) addresses without user and password',
    );
  });

  it.each([
    ['https://hooks.example.org/services/T0AAAA/B0BBBB', 'https://hooks.example.org/…'],
    ['smtp://ann:hunter2/@relay', 'smtp://…'],
    ['see https://h/?token=t now', 'see https://h/… now'],
    ['ftp://h', 'ftp://h'],
  ])('the address %s in the wrong variable is repeated as %s', (text, shown) => {
    expect(() => readSettings({ BIRDKEEPER_STOP_FIRST: text }, '/s')).toThrow(`(got "${shown}")`);
  });

  it('a value is repeated without what steers a terminal or turns a line around', () => {
    const text = `\u001b[31m\u202e${'x'.repeat(79)}😀 \ud800`;
    expect(() => readSettings({ BIRDKEEPER_PULL: text }, '/s')).toThrow(
      `BIRDKEEPER_PULL: should be one of: missing, always (got " [31m ${'x'.repeat(74)}")`,
    );
  });
});
