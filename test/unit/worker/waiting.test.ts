import { describe, expect, it } from 'vitest';
import { FAILURES, StepFailure } from '../../../activities/shared/failures.js';
import { isHeldUp, waitingFor } from '../../../worker/waiting.js';

describe('worker/waiting', () => {
  it('tells a long wait with its cause', () => {
    const limited = new StepFailure(FAILURES.registryBusy, 'The registry limits how often we may ask.', 600_000);
    expect(waitingFor(limited)).toBe('The registry limits how often we may ask. It is tried again in 10 minutes.');
    const broken = new StepFailure(FAILURES.registryBusy, 'The registry does not answer as it should.', 30_000);
    expect(waitingFor(broken)).toMatch(/in 30 seconds\.$/);
  });

  it('tells neither a short wait, nor an end, nor a defect', () => {
    expect(waitingFor(new StepFailure(FAILURES.busy, 'A command of ours runs.', 5_000))).toBeUndefined();
    expect(waitingFor(new StepFailure(FAILURES.engineUnavailable, 'It is away.'))).toBeUndefined();
    expect(waitingFor(new StepFailure(FAILURES.notFound, 'No such image.', 600_000))).toBeUndefined();
    expect(waitingFor(new Error('a bug'))).toBeUndefined();
  });

  it('holds a deployment up when it has passed neither by itself nor for good in five minutes', () => {
    const away = new StepFailure(FAILURES.engineUnavailable, 'It is away.');
    expect(isHeldUp(away, 299_999)).toBe(false);
    expect(isHeldUp(away, 300_000)).toBe(true);
    expect(isHeldUp(new StepFailure(FAILURES.applyFailed, 'It ended.'), 900_000)).toBe(false);
    expect(isHeldUp(new Error('a bug'), 900_000)).toBe(false);
  });
});
