import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { judgeWorker } from '../../../../activities/deployment/judge-worker.js';
import { CONTAINER_STATES } from '../../../../activities/docker/types.js';

const LIMITS = { limitSeconds: 120, quietSeconds: 10 };
const container = (change: Partial<NonNullable<Parameters<typeof judgeWorker>[0]>>) => ({
  state: 'running' as const,
  restartCount: 0,
  exitCode: 0,
  ...change,
});

describe('activities/deployment/judge-worker', () => {
  it.each([
    ['is healthy', container({ health: 'healthy' }), 1, { is: 'polls' }],
    ['has no health check and was quiet for long enough', container({}), 10, { is: 'polls' }],
    ['has no health check and runs for a moment', container({}), 9, { is: 'unknown' }],
    ['begins', container({ health: 'starting' }), 5, { is: 'unknown' }],
    ['is not there yet', undefined, 5, { is: 'unknown' }],
    ['was restarted once', container({ restartCount: 1 }), 60, { is: 'unknown' }],
    [
      'ends over and over',
      container({ state: 'restarting', restartCount: 3, exitCode: 7 }),
      4,
      { is: 'none', why: 'it ended 3 times, the last time with status 7' },
    ],
    [
      'is unhealthy at the limit',
      container({ health: 'unhealthy', healthOutput: 'it begins' }),
      120,
      { is: 'none', why: 'its health check said unhealthy (it begins) after 120 s' },
    ],
    ['never came', undefined, 120, { is: 'none', why: 'its container was not there after 120 s' }],
    [
      'ended and is not restarted',
      container({ state: 'exited', exitCode: 1 }),
      120,
      { is: 'none', why: 'its container was exited (status 1) after 120 s' },
    ],
  ])('a worker that %s', (_, given, seconds, verdict) => {
    expect(judgeWorker(given, seconds, LIMITS)).toEqual(verdict);
  });

  it('says something of every container at the limit', () => {
    const some = fc.record({
      state: fc.constantFrom(...CONTAINER_STATES),
      restartCount: fc.nat(5),
      exitCode: fc.nat(255),
      health: fc.constantFrom('starting', 'healthy', 'unhealthy', undefined),
    });
    fc.assert(
      fc.property(fc.option(some, { nil: undefined }), (given) => {
        const { health, ...rest } = given ?? { health: undefined };
        const whole = given && { ...(rest as typeof given), ...(health === undefined ? {} : { health }) };
        expect(judgeWorker(whole as Parameters<typeof judgeWorker>[0], 120, LIMITS).is).not.toBe('unknown');
      }),
    );
  });
});
