import { describe, expect, it } from 'vitest';
import { closingLine, exitStatus, judge, NOTHING, sum } from '../../../../scripts/test/tally.mjs';

const skipped = [{ name: 'a', reason: 'no fuse' }];

describe('scripts/test/tally', () => {
  it('numbers add up over suites, and reasons stay with their tests', () => {
    const total = sum([{ passed: 3, failed: 0, skipped }, NOTHING, { passed: 1, failed: 2, skipped: [] }]);
    expect(total).toEqual({ passed: 4, failed: 2, skipped });
    expect(closingLine(total)).toBe('4 passed, 2 failed, 1 skipped');
  });

  it('a run that failed without a failed test counts as one', () => {
    expect(judge({ passed: 5, failed: 0, skipped: [] }, 1)).toMatchObject({ passed: 5, failed: 1 });
    expect(judge(undefined, 1)).toMatchObject({ failed: 1 });
    expect(judge(undefined, null)).toMatchObject({ failed: 1 });
  });

  it('a run that ended well or counted its failures is believed', () => {
    expect(judge({ passed: 5, failed: 0, skipped }, 0)).toEqual({ passed: 5, failed: 0, skipped });
    expect(judge({ passed: 5, failed: 2, skipped: [] }, 1)).toMatchObject({ failed: 2 });
  });

  it('a failure or a run of nothing is no success', () => {
    expect(exitStatus({ passed: 5, failed: 0, skipped })).toBe(0);
    expect(exitStatus({ passed: 5, failed: 1, skipped: [] })).toBe(1);
    expect(exitStatus({ passed: 0, failed: 0, skipped })).toBe(1);
  });
});
