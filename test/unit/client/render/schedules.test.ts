import { describe, expect, it } from 'vitest';
import { renderSchedules } from '../../../../client/render/schedules.js';
import type { ScheduleReport } from '../../../../client/schedule-schemas.js';

const now = new Date('2026-11-24T12:00:00Z');
const schedule = (given: Partial<ScheduleReport>): ScheduleReport => ({
  kind: 'autodeploy',
  id: 'autodeploy/alpha/web',
  frequency: '@every 5m',
  next: '2026-11-24T12:03:00.000Z',
  last: { at: '2026-11-24T11:58:00Z', workflowId: 'x', outcome: 'up to date', lagSeconds: 0, seconds: 1 },
  paused: null,
  skipped: 0,
  missed: 0,
  ...given,
});
const answer = { stack: 'web', host: 'alpha' };

describe('client/render/schedules', () => {
  it('tells frequency, next and last run', () => {
    const schedules = [schedule({}), schedule({ kind: 'job', name: 'tidy', frequency: '', next: null, last: null })];
    const rows = renderSchedules({ ...answer, schedules }, now).map((line) => line.split(/ {2,}/));
    expect(rows).toEqual([
      ['schedule', 'frequency', 'next', 'last'],
      ['autodeploy', '@every 5m', 'in 3 min (2026-11-24T12:03:00.000Z)', 'up to date, 2 min ago'],
      ['job tidy', 'not known', 'never', 'not yet'],
    ]);
  });

  it('says what is paused, why and how it goes on', () => {
    const lines = renderSchedules({ ...answer, schedules: [schedule({ paused: 'disk', next: null })] }, now);
    expect(lines[1]).toMatch(/@every 5m +paused +up to date/);
    expect(lines[2]).toContain('autodeploy is paused (disk). It goes on with: temporal schedule toggle --schedule-id');
    expect(renderSchedules({ ...answer, schedules: [schedule({ paused: '' })] }, now)[2]).toContain(
      'nobody wrote down why',
    );
  });

  it('says so when there is none', () => {
    expect(renderSchedules({ ...answer, schedules: [] }, now)[0]).toContain('web has no schedule');
  });
});
