import { Cron } from 'croner';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { reconcile, type Schedules } from '../../../activities/schedules/index.js';
import { wantedSchedule, type WantedSchedule } from '../../../activities/schedules/plan.js';
import { parseFrequency, type Frequency } from '../../../activities/shared/frequency.js';
import { temporalSchedules } from '../../../worker/schedule-client.js';
import { scheduleId, type ScheduleKind, type StackRef } from '../../../workflows/contract.js';
import { startTemporalWorld, type TemporalWorld } from '../../support/temporal-world.js';

let world: TemporalWorld;
let schedules: Schedules;
beforeAll(async () => {
  world = await startTemporalWorld();
  schedules = temporalSchedules(world.client.schedule);
}, 180_000);
afterAll(() => world.close());

const NOW = new Date('2026-11-26T00:00:00Z');
const wanted = (kind: ScheduleKind, text: string, frequency: Frequency): WantedSchedule[] => {
  const schedule = wantedSchedule({ kind }, text, frequency, { now: NOW, timeZone: 'UTC' });
  return schedule === undefined ? [] : [schedule];
};
const every = (seconds: number) => wanted('autodeploy', `@every ${seconds}s`, { kind: 'interval', seconds });
const handleOf = (stack: StackRef, kind: ScheduleKind = 'autodeploy') =>
  world.client.schedule.getHandle(scheduleId(kind, stack));

describe('worker/schedule-client', () => {
  it('an interval is a true interval, a cron line is read in UTC, and a second time nothing changes', async () => {
    const stack = world.newStack();
    const all = [...every(300), ...wanted('backup', '7 5 * * *', { kind: 'cron', expressions: ['7 5 * * *'] })];
    expect(await reconcile(stack, all, schedules)).toEqual([
      'created autodeploy: @every 300s',
      'created backup: 7 5 * * *',
    ]);
    expect(await reconcile(stack, all, schedules)).toEqual([]);
    const interval = await handleOf(stack).describe();
    expect(interval.spec.intervals).toMatchObject([{ every: 300_000 }]);
    expect(interval.spec.calendars ?? []).toEqual([]);
    expect(interval.policies).toMatchObject({ overlap: 'SKIP', catchupWindow: 300_000 });
    const [next] = (await handleOf(stack, 'backup').describe()).info.nextActionTimes;
    expect(next?.toISOString()).toMatch(/T05:07:00.000Z$/);
    expect(await reconcile(stack, [], schedules)).toEqual(['removed autodeploy', 'removed backup']);
    await expect(handleOf(stack).describe()).rejects.toThrow();
  });

  it('what a person paused stays paused over a new frequency, with what he noted', async () => {
    const stack = world.newStack();
    await reconcile(stack, every(300), schedules);
    await handleOf(stack).pause('disk is being replaced');
    expect(await reconcile(stack, every(300), schedules)).toEqual([]);
    expect(await reconcile(stack, every(60), schedules)).toEqual(['changed autodeploy: @every 60s']);
    const { spec, state } = await handleOf(stack).describe();
    expect(spec.intervals).toMatchObject([{ every: 60_000 }]);
    expect(state).toMatchObject({ paused: true, note: 'disk is being replaced' });
  });

  it('every frequency that is understood is taken by the server, and comes when we say', async () => {
    const stack = world.newStack();
    const texts = fc.sample(someCron, { seed: 20_261_126, numRuns: 20_000 }).filter(isUnderstood).slice(0, 30);
    expect(texts.length).toBe(30);
    for (const text of [...texts, '@every 366d', `${'1,'.repeat(2_000)}1 * * * *`]) {
      const frequency = parseFrequency(text);
      await reconcile(stack, wanted('autodeploy', text, frequency), schedules);
      const [next] = (await handleOf(stack).describe()).info.nextActionTimes;
      if (frequency.kind !== 'cron' || next === undefined) continue;
      const before = new Date(next.getTime() - 1_000);
      const own = frequency.expressions.map((line) =>
        new Cron(line, { timezone: 'UTC', domAndDow: true }).nextRun(before),
      );
      expect(
        own.map((date) => date?.getTime()),
        text,
      ).toContain(next.getTime());
    }
  }, 120_000);
});

const number = fc.nat(59).map(String);
const range = fc.tuple(number, number).map(([from, to]) => `${from}-${to}`);
const steps = fc.tuple(fc.constantFrom('*', '5', '1-5'), number).map(([of, step]) => `${of}/${step}`);
const field = fc.oneof(
  fc.constant('*'),
  fc.oneof(
    number,
    range,
    steps,
    fc.constantFrom('MON', 'sun', 'JAN', 'fri-MON', 'Jan-Mar', '00', '*,7', '-', '/5', '1-'),
  ),
);
const someCron = fc.array(field, { minLength: 5, maxLength: 5 }).map((fields) => fields.join(' '));
function isUnderstood(text: string): boolean {
  try {
    return parseFrequency(text).kind === 'cron';
  } catch {
    return false;
  }
}
