import { describe, expect, it } from 'vitest';
import { failureText, failureType } from '../../../../activities/log-rotation/failure-words.js';
import { StepFailure } from '../../../../activities/shared/failures.js';
import { FAILURES } from '../../../../workflows/contract.js';

const directory = '/logs';
const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });

describe('activities/log-rotation/failure-words', () => {
  it('each file is named with its reason, and what to do', () => {
    const text = failureText([
      { directory, file: 'a.log', error: denied },
      { directory, error: full },
      { directory, file: 'signal', error: new StepFailure(FAILURES.applyFailed, 'nginx was not told.') },
    ]);
    expect(text).toBe(
      'Logs were not rotated: a.log in /logs (EACCES: permission denied); /logs (ENOSPC: no space left on device, write); nginx was not told. The others were looked at; no line is lost. Set it right: the next run tries again.',
    );
  });

  it('many are counted', () => {
    const failed = Array.from({ length: 23 }, (_, n) => ({ directory, file: `${n}.log`, error: denied }));
    expect(failureText(failed)).toMatch(/19\.log in \/logs .*; and 3 more\. The others/);
  });

  it('a full disk comes before other reasons, and what passes by itself comes last', () => {
    const busy = new StepFailure(FAILURES.busy, 'another run');
    expect(failureType([{ directory, error: denied }])).toBe(FAILURES.applyFailed);
    expect(
      failureType([
        { directory, error: denied },
        { directory, error: full },
      ]),
    ).toBe(FAILURES.diskFull);
    expect(failureType([{ directory, error: busy }])).toBe(FAILURES.busy);
    expect(
      failureType([
        { directory, error: busy },
        { directory, error: denied },
      ]),
    ).toBe(FAILURES.applyFailed);
  });
});
