import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { planSchedules, wantedSchedule, type WantedSchedule } from '../../../../activities/schedules/plan.js';
import { parseFrequency } from '../../../../activities/shared/frequency.js';
import { SCHEDULE_KINDS, type ScheduleKind } from '../../../../workflows/contract.js';
import { hostileText, isSentence } from '../../../support/hostile.js';

const NOW = new Date('2026-01-02T03:04:05.000Z');
const LONGEST_SECONDS = 40 * 366 * 86_400;

const field = fc.oneof(
  fc.constantFrom(
    '*',
    '*/5',
    '*/70',
    '0',
    '7',
    '59',
    '60',
    '1-5',
    '5-1',
    '0,30',
    'MON',
    'jan',
    'L',
    '15W',
    '5#2',
    '?',
    '1/2',
  ),
  fc.string({ maxLength: 3 }),
);
const cron = fc.array(field, { minLength: 4, maxLength: 6 }).map((fields) => fields.join(' '));
const interval = fc
  .array(fc.constantFrom('5m', '1h', '90s', '999999d', '0s', '1.5h', '-1m', ' ', 'x'), { maxLength: 4 })
  .map((parts) => `@every ${parts.join('')}`);
const text = fc.oneof(cron, interval, fc.constantFrom('@hourly', '@DAILY', '@reboot', ''), hostileText);

const wanted = (kind: ScheduleKind, given: string): WantedSchedule | undefined =>
  wantedSchedule(kind, given, parseFrequency(given), NOW);

describe('activities/schedules/plan', () => {
  it('of any text there is a schedule that comes, none, or a sentence', () => {
    fc.assert(
      fc.property(text, (given) => {
        let schedule: WantedSchedule | undefined;
        try {
          schedule = wanted('autodeploy', given);
        } catch (error) {
          expect(error).toBeInstanceOf(RangeError);
          expect(isSentence(String((error as Error).message))).toBe(true);
          return;
        }
        expect(schedule === undefined).toBe(given.trim() === '');
        if (schedule === undefined) return;
        expect(schedule.catchUpSeconds).toBeGreaterThanOrEqual(10);
        expect(schedule.catchUpSeconds).toBeLessThanOrEqual(LONGEST_SECONDS);
        expect(isSentence(`runs at ${schedule.text}`)).toBe(true);
      }),
      { numRuns: 1_000 },
    );
  });

  it('an interval of thousands of years is refused: no server takes it', () => {
    expect(() => parseFrequency('@every 999999d')).toThrow(/at most 366 days$/);
    expect(parseFrequency('@every 366d')).toEqual({ kind: 'interval', seconds: 366 * 86_400 });
  });

  it('planned twice, nothing differs; what is not wanted any more goes', () => {
    const some = fc.dictionary(
      fc.constantFrom(...SCHEDULE_KINDS),
      fc.constantFrom('@hourly', '5 * * * *', '@every 5m'),
    );
    fc.assert(
      fc.property(some, some, (former, next) => {
        const schedules = Object.entries(next).flatMap(([kind, given]) => wanted(kind as ScheduleKind, given) ?? []);
        const existing = new Map(Object.entries(former) as [ScheduleKind, string][]);
        const { create, update, remove } = planSchedules(schedules, existing);
        for (const { kind, text: given } of [...create, ...update]) existing.set(kind, given);
        for (const kind of remove) existing.delete(kind);
        expect(Object.fromEntries(existing)).toEqual({ ...next });
        expect(planSchedules(schedules, existing)).toEqual({ create: [], update: [], remove: [] });
      }),
      { numRuns: 1_000 },
    );
  });
});
