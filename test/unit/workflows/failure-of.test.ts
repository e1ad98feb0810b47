import { ActivityFailure, ApplicationFailure, CancelledFailure, TimeoutFailure } from '@temporalio/common';
import { describe, expect, it } from 'vitest';
import { failureOf } from '../../../workflows/failure-of.js';

const wrapped = (cause: Error) =>
  new ActivityFailure('Activity task failed', 'pullImages', '5', 'NON_RETRYABLE_FAILURE', 'worker', cause);

describe('workflows/failure-of', () => {
  it('a failure keeps its type and message, however it is wrapped', () => {
    const failure = ApplicationFailure.create({ type: 'NotFound', message: 'no such image' });
    for (const error of [failure, wrapped(failure), wrapped(wrapped(failure))])
      expect(failureOf(error)).toEqual({ type: 'NotFound', message: 'no such image' });
  });

  it('a step that ran out of time says so, and why its last try failed', () => {
    const last = ApplicationFailure.create({ type: 'EngineUnavailable', message: 'no engine' });
    const plain = new TimeoutFailure('timeout', undefined, 'START_TO_CLOSE');
    expect(failureOf(wrapped(plain))).toEqual({
      type: 'TimedOut',
      message: 'the step did not end in time (START_TO_CLOSE)',
    });
    const tried = Object.assign(new TimeoutFailure('timeout', undefined, 'SCHEDULE_TO_CLOSE'), { cause: last });
    expect(failureOf(wrapped(tried)).message).toContain('; the last try failed: no engine');
  });

  it.each([
    [new Error('boom'), 'boom'],
    [new CancelledFailure('cancelled'), 'cancelled'],
    ['text', 'text'],
    [undefined, 'undefined'],
    [ApplicationFailure.create({ message: 'typeless' }), 'typeless'],
  ])('anything else is of an unknown type', (error, message) => {
    expect(failureOf(error)).toEqual({ type: expect.any(String) as string, message });
  });
});
