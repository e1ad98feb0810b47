import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  keyOf,
  markOf,
  planSchedules,
  wantedSchedule,
  type WantedSchedule,
} from '../../../../activities/schedules/plan.js';
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
  wantedSchedule({ kind }, given, parseFrequency(given), { now: NOW, timeZone: 'UTC' });

const marked = (schedule: WantedSchedule) => ({ kind: schedule.kind, mark: markOf(schedule) });

describe('activities/schedules/plan', () => {
  it('jobs of one stack are kept apart by their names; another text, zone or overlap is another schedule', () => {
    const job = (name: string, more: Partial<WantedSchedule> = {}) =>
      wantedSchedule({ kind: 'job', name }, '@hourly', parseFrequency('@hourly'), {
        ...{ now: NOW, timeZone: 'UTC', hash: 'a' },
        ...more,
      }) ?? expect.fail('none');
    const existing = [job('a'), job('b'), job('c')].map((one) => ({
      kind: one.kind,
      name: one.name ?? '',
      mark: markOf(one),
    }));
    for (const more of [
      { hash: 'b' },
      { timeZone: 'Europe/Berlin' },
      { overlap: 'allow-all' },
      { catchUpSeconds: 10 },
    ] as const) {
      const plan = planSchedules([job('a'), job('b', more), job('d')], existing);
      expect(plan.create.map(({ name }) => name)).toEqual(['d']);
      expect(plan.update.map(({ name }) => name)).toEqual(['b']);
      expect(plan.remove).toEqual([{ kind: 'job', name: 'c' }]);
    }
  });

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
        const before = Object.entries(former).flatMap(([kind, given]) => wanted(kind as ScheduleKind, given) ?? []);
        const existing = new Map(before.map((schedule) => [keyOf(schedule), marked(schedule)]));
        const { create, update, remove } = planSchedules(schedules, [...existing.values()]);
        for (const schedule of [...create, ...update]) existing.set(keyOf(schedule), marked(schedule));
        for (const schedule of remove) existing.delete(keyOf(schedule));
        expect([...existing.keys()].sort()).toEqual(Object.keys(next).sort());
        expect(planSchedules(schedules, [...existing.values()])).toEqual({ create: [], update: [], remove: [] });
      }),
      { numRuns: 1_000 },
    );
  });
});
