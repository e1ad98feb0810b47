import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bucketOf, EMPTY, LATE_MS, Ledger, withRuns, type EndedRun } from '../../../../worker/metrics/runs.js';

const run = (id: string, endedAt: number, more: Partial<EndedRun> = {}): EndedRun => ({
  ...{ id, task: 'job', name: 'tick', trigger: 'schedule', result: 'success', startedAt: endedAt - 12_000, endedAt },
  ...more,
});
const totals = (ledger: Ledger, result: EndedRun['result'] = 'success') => ledger.tasks[0]?.results[result];
const NOW = 1_800_000_000_000;

describe('worker/metrics/runs', () => {
  it.each([
    [0, 0],
    [5, 0],
    [5.001, 1],
    [3_600, 9],
    [3_601, 10],
    [1e9, 10],
  ])('%d s belong into bucket %d', (seconds, bucket) => {
    expect(bucketOf(seconds)).toBe(bucket);
  });

  it('adds up what ended, by task, name, result and trigger', () => {
    const ledger = withRuns(EMPTY, [
      run('1', NOW),
      run('2', NOW + 1_000, { trigger: 'asked', startedAt: NOW - 40_000 }),
      run('3', NOW + 2_000, { result: 'failure' }),
    ]);
    expect(totals(ledger)).toMatchObject({ schedule: 1, asked: 1, sum: 53, last: NOW + 1_000 });
    expect(totals(ledger)?.counts.slice(0, 5)).toEqual([0, 0, 1, 1, 0]);
    expect(totals(ledger, 'failure')).toMatchObject({ schedule: 1, asked: 0, last: NOW + 2_000 });
  });

  it('counts a run once, however often the server tells it', () => {
    const once = withRuns(EMPTY, [run('1', NOW), run('2', NOW)]);
    expect(withRuns(once, [run('1', NOW), run('2', NOW)])).toBe(once);
    expect(totals(withRuns(once, [run('1', NOW), run('3', NOW)]))?.schedule).toBe(3);
  });

  it('counts one that the server lists late, and none that is older than it may be', () => {
    const ledger = withRuns(EMPTY, [run('1', NOW)]);
    expect(totals(withRuns(ledger, [run('late', NOW - LATE_MS)]))?.schedule).toBe(2);
    expect(withRuns(ledger, [run('old', NOW - LATE_MS - 1)])).toBe(ledger);
  });

  it('keeps the newest time when a late one comes after it', () => {
    const ledger = withRuns(withRuns(EMPTY, [run('1', NOW)]), [run('late', NOW - 60_000)]);
    expect(totals(ledger)?.last).toBe(NOW);
    expect(ledger.until).toBe(NOW);
  });

  it('remembers no more ids than it needs', () => {
    const many = Array.from({ length: 100 }, (_, at) => run(String(at), NOW + at * 60_000));
    expect(many.reduce((ledger, one) => withRuns(ledger, [one]), EMPTY).near.length).toBeLessThan(20);
  });

  it('is the same and only grows, however the runs are dealt out over looks that see some of them again', () => {
    const times = fc.array(fc.integer({ min: 0, max: LATE_MS }), { minLength: 1, maxLength: 40 });
    fc.assert(
      fc.property(times, fc.array(fc.nat({ max: 39 })), (ends, cuts) => {
        const runs = ends.map((at, index) => run(String(index), NOW + at));
        let ledger: Ledger = EMPTY;
        for (const cut of [...cuts, runs.length]) {
          const before = totals(ledger)?.schedule ?? 0;
          ledger = withRuns(ledger, runs.slice(0, cut));
          expect(totals(ledger)?.schedule ?? 0).toBeGreaterThanOrEqual(before);
        }
        expect(totals(ledger)?.schedule).toBe(runs.length);
        expect(Ledger.parse(JSON.parse(JSON.stringify(ledger)))).toEqual(ledger);
      }),
    );
  });
});
