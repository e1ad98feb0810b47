import { describe, expect, it } from 'vitest';
import { judgeSchedules } from '../../../../client/doctor/server-checks.js';
import type { ScheduleReport } from '../../../../client/schedule-schemas.js';

const now = new Date('2026-11-24T12:00:00Z');
const schedule = (given: Partial<ScheduleReport> = {}): ScheduleReport => ({
  kind: 'autodeploy',
  id: 'autodeploy/alpha/web',
  frequency: '@every 5m',
  next: '2026-11-24T12:03:00Z',
  last: null,
  paused: null,
  skipped: 0,
  missed: 0,
  ...given,
});
const results = (found: ScheduleReport[]) => judgeSchedules(found, now).map(({ result }) => result);

describe('client/doctor/server-checks', () => {
  it('is content with a look that comes, and warns of none, a paused one and one that is overdue', () => {
    expect(results([schedule()])).toEqual(['ok']);
    expect(results([])).toEqual(['warn']);
    expect(results([schedule({ kind: 'backup' })])).toEqual(['warn']);
    expect(results([schedule({ paused: 'disk', next: null })])).toEqual(['ok', 'warn']);
    expect(results([schedule({ next: '2026-11-24T11:00:00Z' })])).toEqual(['ok', 'warn']);
  });
});
