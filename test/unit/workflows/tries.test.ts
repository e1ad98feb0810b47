import { describe, expect, it } from 'vitest';
import { pauseSeconds, timesOf } from '../../../workflows/tries.js';

describe('workflows/tries', () => {
  it.each([
    ['job/host/birds/clean/run-2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['job/host/birds/run-2026/run-2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    // Asked of the keeper, or started by hand: nobody waited for a time.
    ['work/host/birds/7', undefined],
    ['job/host/birds/run-2026-01-02T03:04:05Z/7', undefined],
    ['job/host/birds/clean/run', undefined],
  ])('%s was due at %s', (id, due) => {
    const takenAt = '2026-01-02T03:05:00.000Z';
    expect(timesOf(id, new Date(takenAt))).toEqual(due === undefined ? {} : { due, takenAt });
  });

  it('tries come after longer and longer pauses', () => {
    expect([1, 2, 3, 20].map(pauseSeconds)).toEqual([10, 20, 40, 600]);
  });
});
