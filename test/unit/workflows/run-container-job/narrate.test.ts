import { describe, expect, it } from 'vitest';
import { dueIn, lineOf, pauseSeconds } from '../../../../workflows/run-container-job/narrate.js';

describe('workflows/run-container-job/narrate', () => {
  it.each([
    ['job/host/birds/clean/run-2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    ['job/host/birds/run-2026/run-2026-01-02T03:04:05Z', '2026-01-02T03:04:05Z'],
    // Asked of the keeper, or started by hand: nobody waited for a time.
    ['work/host/birds/7', undefined],
    ['job/host/birds/run-2026-01-02T03:04:05Z/7', undefined],
    ['job/host/birds/clean/run', undefined],
  ])('%s was due at %s', (id, due) => {
    expect(dueIn(id)).toBe(due);
  });

  it('a failure is told by what was wrong, not by what docker says to everybody', () => {
    const said = [
      "Unable to find image 'birds:1' locally",
      'docker: no such host',
      "Run 'docker run --help' for more information",
    ];
    const failed = { outcome: 'failed', exitStatus: 125, seconds: 1, lastLines: said, retries: 0 } as const;
    expect(lineOf('clean', failed)).toBe('job clean failed with exit status 125: docker: no such host');
    expect(lineOf('clean', { ...failed, lastLines: [] })).toBe('job clean failed with exit status 125');
  });

  it('tries come after longer and longer pauses', () => {
    expect([1, 2, 3, 20].map(pauseSeconds)).toEqual([10, 20, 40, 600]);
  });
});
