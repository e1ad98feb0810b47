import { Cron } from 'croner';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FREQUENCY_FORM, parseFrequency } from '../../../../activities/shared/frequency.js';

const cron = (...expressions: string[]) => ({ kind: 'cron', expressions });

describe('activities/shared/frequency', () => {
  it.each(['', '  ', '\n'])('is no schedule when empty: %j', (text) => {
    expect(parseFrequency(text)).toEqual({ kind: 'none' });
  });

  it.each([
    ['7 5 * * *', '7 5 * * *'],
    ['  */5   1-5,8 1 JAN,mar *  ', '*/5 1-5,8 1 JAN,mar *'],
    ['0 0 * * 7', '0 0 * * 7'],
    ['0 0 * * mon-fri', '0 0 * * mon-fri'],
    ['@hourly', '0 * * * *'],
    ['@Daily', '0 0 * * *'],
    ['@midnight', '0 0 * * *'],
    ['@weekly', '0 0 * * 0'],
    ['@monthly', '0 0 1 * *'],
    ['@yearly', '0 0 1 1 *'],
    ['@annually', '0 0 1 1 *'],
  ])('takes cron fields and words: %s', (text, expression) => {
    expect(parseFrequency(text)).toEqual(cron(expression));
  });

  it.each([
    ['@every 5m', 300],
    ['@every 2h', 7200],
    ['@every 1h30m', 5400],
    ['@every 30s', 30],
    ['@every  1d ', 86_400],
    ['@every 90m', 5400],
  ])('takes %s as a true interval', (text, seconds) => {
    expect(parseFrequency(text)).toEqual({ kind: 'interval', seconds });
  });

  it('makes two lines when both days are restricted, because cron means either', () => {
    expect(parseFrequency('1 2 13 * 5')).toEqual(cron('1 2 13 * *', '1 2 * * 5'));
    expect(parseFrequency('1 2 */2 * 5')).toEqual(cron('1 2 */2 * 5'));
  });

  it('fires on those two lines when cron fires on the one', () => {
    const from = new Date('2026-01-01T00:00:00Z');
    const times = (line: string, count: number) =>
      new Cron(line, { mode: '5-part', timezone: 'UTC', paused: true }).nextRuns(count, from).map(Number);
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 28 }), fc.integer({ min: 0, max: 6 }), (day, weekday) => {
        const parsed = parseFrequency(`0 3 ${day} * ${weekday}`);
        if (parsed.kind !== 'cron') throw new Error('no cron');
        const either = [...new Set(parsed.expressions.flatMap((line) => times(line, 6)))].sort((a, b) => a - b);
        expect(either.slice(0, 6)).toEqual(times(`0 3 ${day} * ${weekday}`, 6));
      }),
      { numRuns: 10 },
    );
  });

  it.each([
    ['61 * * * *', '61 is not a minute (0-59)'],
    ['*/90 * * * *', '*/90 is not a minute (0-59)'],
    ['0 24 * * *', '24 is not an hour (0-23)'],
    ['0 0 32 * *', '32 is not a day of the month (1-31)'],
    ['0 0 1 foo *', 'foo is not a month (1-12, jan-dec)'],
    ['0 0 13 * 8', '8 is not a day of the week (0-7, sun-sat)'],
    ['0 0 7 5 * *', 'these are six fields, of which the first or the last is to go'],
  ])('%s: tells what is wrong', (text, why) => {
    expect(() => parseFrequency(text)).toThrow(new RangeError(`${FREQUENCY_FORM}; ${why}`));
  });

  it.each([
    'soon',
    '5 * * *',
    '0 7 5 * * *',
    '61 * * * *',
    '* 24 * * *',
    '* * L * *',
    '* * 15W * *',
    '* * * * 5#2',
    '? * * * *',
    '0 0 1 1 * 2026',
    '@reboot',
    '@every',
    '@every 5',
    '@every 1.5h',
    '@every -5m',
    '@every 0s',
    '@every 5m later',
    '@everyday',
    '__proto__',
    'constructor',
    '# 7 5 * * *',
    '* * * * $(id)',
  ])('refuses %j and says what is expected', (text) => {
    expect(() => parseFrequency(text)).toThrow(/^should be empty, five cron fields/);
  });

  it('refuses a day that never comes', () => {
    expect(() => parseFrequency('0 0 30 2 *')).toThrow(/never/);
  });
});
