import { describe, expect, it } from 'vitest';
import { FAILURES, StepFailure } from '../../../activities/shared/failures.js';
import { CommandEnd, endOf, unreachable } from '../../../client/failures.js';

describe('client/failures', () => {
  it('ends with the status and the message of what was thrown, without a trace', () => {
    expect(endOf(new CommandEnd(3, 'wait'))).toEqual({ status: 3, message: 'wait' });
    expect(endOf(unreachable('No server.', 'Start it.'))).toEqual({ status: 4, message: 'No server.\nStart it.' });
    expect(endOf(new Error('broken'))).toEqual({ status: 1, message: 'broken' });
    expect(endOf('text')).toEqual({ status: 1, message: 'text' });
  });

  it.each([
    [FAILURES.badInput, 2],
    [FAILURES.configuration, 2],
    [FAILURES.blocked, 3],
    [FAILURES.unauthorised, 3],
    [FAILURES.engineUnavailable, 1],
    [FAILURES.unhealthy, 1],
  ])('ends a step that failed as %s with %i', (type, status) => {
    expect(endOf(new StepFailure(type, 'x')).status).toBe(status);
  });

  it('says who may read what this user may not', () => {
    const denied = Object.assign(new Error('EACCES: permission denied'), { code: 'EACCES' });
    expect(endOf(denied).message).toContain('the user that runs birdkeeper');
  });
});
