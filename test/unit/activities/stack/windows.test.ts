import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isOpen, nextOpening, parseWindows } from '../../../../activities/stack/windows.js';

const read = (windows: string, freeze = '', timeZone = 'UTC') => parseWindows({ windows, freeze, timeZone });
const at = (text: string) => new Date(`${text}Z`);
const open = (texts: ReturnType<typeof read>, ...times: string[]) => times.map((time) => isOpen(texts, at(time)));
const next = (texts: ReturnType<typeof read>, from: string) =>
  nextOpening(texts, at(from))?.toISOString().replace(':00.000Z', '');

const MINUTE = 60_000;
/** Each with a day on which its clocks go forward, and one on which they go back. */
const ZONES = {
  UTC: ['2026-02-28', '2026-12-31'],
  'Europe/Berlin': ['2026-03-29', '2026-10-25'],
  'America/New_York': ['2026-03-08', '2026-11-01'],
  'Australia/Lord_Howe': ['2026-10-04', '2026-04-05'],
  'Africa/Cairo': ['2026-04-24', '2026-10-29'],
  'Pacific/Apia': ['2026-06-30', '2024-02-29'],
} as const;
const ZONE_DAYS = Object.entries(ZONES).flatMap(([zone, days]) => days.map((day) => [zone, day] as const));

interface Minute {
  time: number;
  day: string;
  clock: string;
}

/** Every minute from two days before the day to two days after it, as the clock on the wall there shows it. */
function minutesAround(zone: string, day: string): Minute[] {
  const format = new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' });
  const from = Date.parse(`${day}T00:00:00Z`) - 2 * 1440 * MINUTE;
  return Array.from({ length: 5 * 1440 }, (_, index) => {
    const time = from + index * MINUTE;
    const [date = '', clock = ''] = format.format(time).split(' ');
    return { time, day: date, clock };
  });
}

const walls = new Map(ZONE_DAYS.map(([zone, day]) => [`${zone} ${day}`, minutesAround(zone, day)]));
const wall = (zone: string, day: string): Minute[] => walls.get(`${zone} ${day}`) ?? [];

/** A daily start is the first minute of a day at which the clock shows its time or, where that is skipped, a later one. */
function dailyStarts(minutes: Minute[], clock: string): number[] {
  const starts = new Map<string, number>();
  const [first] = minutes;
  for (const minute of minutes) {
    if (minute.day !== first?.day && minute.clock >= clock && !starts.has(minute.day))
      starts.set(minute.day, minute.time);
  }
  return [...starts.values()];
}

const pad = (value: number) => String(value).padStart(2, '0');

describe('activities/stack/windows', () => {
  describe('parseWindows', () => {
    it.each([
      '0 2 * * 1-5 for 3h',
      ' 0 2 * * MON-FRI  FOR  1h30m ; 0 0 1 * * for 2d\n\n*/30 * * * * for 10m;',
      '0 3 * * 7 for 1d2h3m',
    ])('takes %j', (text) => {
      expect(read(text).windows.length).toBeGreaterThan(0);
    });

    it.each([
      'always',
      '0 2 * * 1-5',
      '0 2 * * 1-5 for',
      '0 2 * * 1-5 for 0h',
      '0 2 * * 1-5 for 90',
      '0 2 * * 1-5 for 90s',
      '0 2 * * 1-5 for 30m1h',
      '0 2 * * 1-5 for -1h',
      '0 2 * * 1-5 3h',
      '2 * * 1-5 for 3h',
      '0 0 2 * * 1-5 for 3h',
      '0 25 * * * for 3h',
      '@daily for 3h',
      '0 2 L * * for 3h',
    ])('refuses %j and says what is expected', (text) => {
      expect(() => read(text)).toThrow(/^should be FIVE CRON FIELDS for DURATION .*; entry 1 is not$/);
    });

    it('says which entry is wrong, and that a day never comes', () => {
      expect(() => read('0 2 * * * for 1h\n0 2 * * for 1h')).toThrow('; entry 2 is not');
      expect(() => read('0 2 30 2 * for 1h')).toThrow('; entry 1 never comes');
    });

    it.each(['soon', '2026-12', '2026-02-29', '2026-13-01', '2026-12-24..', '2026-12-24...2026-12-26', '24.12.2026'])(
      'refuses the freeze %j',
      (text) => {
        expect(() => read('', text)).toThrow(/^should be days \(2026-12-24\) or ranges of days/);
      },
    );

    it('refuses a range that ends before it begins', () => {
      expect(() => read('', '2027-01-03..2026-12-20')).toThrow('the first day of a range before its last');
    });

    it.each(['Berlin', 'Europe/Nowhere', '+01:00', 'UTC+1', '../UTC'])('refuses the time zone %j', (zone) => {
      expect(() => read('', '', zone)).toThrow('should be the name of a time zone');
    });

    it('says a sentence of any text, never a crash', () => {
      const word = fc.constantFrom('for', '0', '*/5', '3h', '2026-12-24', '..', ';', '\n', '-', '99', '0 2 * * *');
      const text = fc.oneof(
        fc.string({ unit: 'binary' }),
        fc.array(word).map((words) => words.join(' ')),
      );
      fc.assert(
        fc.property(text, text, text, (windows, freeze, timeZone) => {
          try {
            parseWindows({ windows, freeze, timeZone });
          } catch (error) {
            expect(error).toBeInstanceOf(RangeError);
            expect(String(error)).toMatch(/^RangeError: should be /);
          }
        }),
        { numRuns: 1_000 },
      );
    });
  });

  describe('isOpen', () => {
    it('is always so without windows and freeze days', () => {
      expect(open(read(''), '2026-01-01T00:00', '2026-07-04T23:59:59')).toEqual([true, true]);
    });

    it('is so from the start of a window until its end, which is outside', () => {
      const nights = read('0 2 * * 1-5 for 3h');
      // 2026-06-01 is a Monday.
      expect(open(nights, '2026-06-01T01:59:59.999', '2026-06-01T02:00', '2026-06-01T04:59:59.999')).toEqual([
        false,
        true,
        true,
      ]);
      expect(open(nights, '2026-06-01T05:00', '2026-06-06T03:00', '2026-06-07T03:00')).toEqual([false, false, false]);
    });

    it('goes over midnight and the end of a month', () => {
      const late = read('0 22 28-31 * * for 4h');
      expect(open(late, '2026-01-31T21:59', '2026-02-01T01:59', '2026-02-01T02:00', '2026-03-01T01:59')).toEqual([
        false,
        true,
        false,
        true,
      ]);
    });

    it('is so in any of several windows, also where they overlap', () => {
      const two = read('0 1 * * * for 2h; 0 2 * * * for 2h');
      expect(open(two, '2026-06-01T00:59', '2026-06-01T02:30', '2026-06-01T03:30', '2026-06-01T04:00')).toEqual([
        false,
        true,
        true,
        false,
      ]);
    });

    it('is so on either day when both days are given, as cron has it', () => {
      const either = read('0 2 1 * 5 for 1h');
      expect(open(either, '2026-06-01T02:00', '2026-06-05T02:00', '2026-06-02T02:00')).toEqual([true, true, false]);
    });

    it('is so on both days when one of them is a star with steps, as cron has it', () => {
      const both = read('0 2 */5 * 5 for 1h');
      expect(open(both, '2026-06-05T02:00', '2026-06-06T02:00', '2026-06-26T02:00')).toEqual([false, false, true]);
    });

    it('is not so on freeze days, which are days of the zone', () => {
      const frozen = read('', '2026-12-24 2026-12-31..2027-01-02', 'America/New_York');
      expect(open(frozen, '2026-12-24T04:59', '2026-12-24T05:00', '2026-12-25T04:59', '2026-12-25T05:00')).toEqual([
        true,
        false,
        false,
        true,
      ]);
      expect(open(frozen, '2027-01-03T04:59', '2027-01-03T05:00')).toEqual([false, true]);
    });

    it('closes a window at the midnight that begins a freeze day and opens it again after it', () => {
      const spanning = read('0 22 * * * for 30h', '2026-12-25');
      expect(open(spanning, '2026-12-24T23:59', '2026-12-25T00:00', '2026-12-25T23:59', '2026-12-26T00:00')).toEqual([
        true,
        false,
        false,
        true,
      ]);
    });

    it('opens after the skipped hour what would have opened in it, for the whole duration', () => {
      for (const line of ['30 2 * * * for 1h', '30 2,14 * * * for 1h']) {
        const berlin = read(line, '', 'Europe/Berlin');
        expect(open(berlin, '2026-03-29T00:59', '2026-03-29T01:00', '2026-03-29T01:59', '2026-03-29T02:00')).toEqual([
          false,
          true,
          true,
          false,
        ]);
      }
    });

    it('opens once in the hour that comes twice', () => {
      const berlin = read('30 2 * * * for 20m', '', 'Europe/Berlin');
      expect(open(berlin, '2026-10-25T00:30', '2026-10-25T00:49', '2026-10-25T00:50', '2026-10-25T01:30')).toEqual([
        true,
        true,
        false,
        false,
      ]);
    });

    it.each(ZONE_DAYS)('agrees with the clock on the wall, minute by minute: %s around %s', (zone, day) => {
      const minutes = wall(zone, day);
      fc.assert(
        fc.property(
          fc.nat(23),
          fc.nat(59),
          fc.integer({ min: 1, max: 1_500 }),
          fc.nat(30),
          (hour, minute, length, offset) => {
            const clock = `${pad(hour)}:${pad(minute)}`;
            const starts = dailyStarts(minutes, clock);
            const texts = read(`${minute} ${hour} * * * for ${length}m`, '', zone);
            // What began before the first day that is complete here is unknown.
            const known = minutes.slice(3 * 1440).filter((_, index) => index % 31 === offset);
            const edges = starts.slice(-2).flatMap((start) => [start, start - MINUTE, start + length * MINUTE]);
            const last = minutes.at(-1)?.time ?? 0;
            const times = [...known.map(({ time }) => time), ...edges.filter((time) => time <= last)];
            for (const time of times) {
              const expected = starts.some((start) => start <= time && time < start + length * MINUTE);
              expect([new Date(time), isOpen(texts, new Date(time))]).toEqual([new Date(time), expected]);
            }
          },
        ),
        { numRuns: 15 },
      );
    });
  });

  describe('nextOpening', () => {
    it('is now when it is open', () => {
      expect(nextOpening(read(''), at('2026-06-01T12:34:56'))).toEqual(at('2026-06-01T12:34:56'));
      expect(next(read('0 2 * * * for 1h'), '2026-06-01T02:59')).toBe('2026-06-01T02:59');
    });

    it.each([
      ['0 2 * * 1-5 for 3h', '', '2026-06-05T05:00', '2026-06-08T02:00'],
      ['0 2 * * * for 1h', '2026-06-02..2026-06-04 2026-06-05', '2026-06-01T03:00', '2026-06-06T02:00'],
      ['0 22 * * * for 4h', '2026-06-02', '2026-06-01T23:59', '2026-06-01T23:59'],
      ['0 22 * * * for 4h', '2026-06-02', '2026-06-02T00:00', '2026-06-03T00:00'],
      ['0 22 * * 1 for 4h', '2026-06-01..2026-06-02', '2026-06-01T12:00', '2026-06-08T22:00'],
      ['', '2026-12-20..2027-01-03', '2026-12-24T12:00', '2027-01-04T00:00'],
      ['', '2026-12-20..2026-12-24 2026-12-24..2026-12-26', '2026-12-24T12:00', '2026-12-27T00:00'],
      ['0 0 31 * * for 1h', '', '2026-01-31T01:00', '2026-03-31T00:00'],
    ])('of %j without %j, from %s, is %s', (windows, freeze, from, expected) => {
      expect(next(read(windows, freeze), from)).toBe(expected);
    });

    it('is the beginning of the day in its zone, also where that is at one o’clock', () => {
      expect(next(read('', '2026-04-23', 'Africa/Cairo'), '2026-04-23T12:00')).toBe('2026-04-23T22:00');
      expect(next(read('', '2026-06-30', 'Pacific/Apia'), '2026-06-30T10:00')).toBe('2026-06-30T11:00');
      expect(next(read('', '2026-06-30', 'Europe/Berlin'), '2026-06-30T21:59:30')).toBe('2026-06-30T22:00');
    });

    it('is none when there is none within 400 days', () => {
      expect(next(read('0 0 29 2 * for 1h'), '2026-06-01T00:00')).toBeUndefined();
      expect(next(read('', '2020-01-01..2999-12-31'), '2026-06-01T00:00')).toBeUndefined();
      expect(next(read('0 0 24 12 * for 1h', '2026-12-24 2027-12-24'), '2026-06-01T00:00')).toBeUndefined();
    });

    it('is open, and the minute before it is closed', () => {
      const entry = fc
        .tuple(fc.nat(59), fc.nat(23), fc.constantFrom('*', '1-5', '0', '3,6'), fc.integer({ min: 1, max: 3_000 }))
        .map(([minute, hour, weekday, length]) => `${minute} ${hour} * * ${weekday} for ${length}m`);
      const freeze = fc.tuple(fc.integer({ min: -3, max: 5 }), fc.nat(4));
      fc.assert(
        fc.property(
          fc.constantFrom(...ZONE_DAYS),
          fc.array(entry, { maxLength: 3 }),
          fc.array(freeze, { maxLength: 3 }),
          fc.integer({ min: 0, max: 5 * 86_400 }),
          ([zone, day], entries, freezes, second) => {
            const dayAfter = (days: number) =>
              new Date(Date.parse(`${day}T00:00:00Z`) + days * 1440 * MINUTE).toISOString().slice(0, 10);
            const frozen = freezes.map(([from, length]) => `${dayAfter(from)}..${dayAfter(from + length)}`).join(' ');
            const texts = read(entries.join('\n'), frozen, zone);
            const from = new Date(Date.parse(`${day}T00:00:00Z`) - 2 * 1440 * MINUTE + second * 1_000);
            const opening = nextOpening(texts, from);
            expect(opening).toBeDefined();
            if (opening === undefined) return;
            expect(isOpen(texts, opening)).toBe(true);
            expect(opening.getTime() === from.getTime()).toBe(isOpen(texts, from));
            if (opening > from) {
              expect(isOpen(texts, new Date(opening.getTime() - MINUTE))).toBe(false);
              // Nothing between was open either.
              const between = Math.floor((opening.getTime() - from.getTime()) / 20);
              const passed = Array.from({ length: 20 }, (_, index) => new Date(from.getTime() + index * between));
              expect(passed.filter((time) => time < opening && isOpen(texts, time))).toEqual([]);
            }
          },
        ),
        { numRuns: 300 },
      );
    });
  });
});
