import { describe, expect, it } from 'vitest';
import { type SeenContainer, isSick, serviceHealth } from '../../../../activities/health/words.js';

const container = (rest: Partial<SeenContainer> = {}): SeenContainer => ({
  id: '1',
  service: 'web',
  oneOff: false,
  state: 'running',
  exitCode: 0,
  restartCount: 0,
  restarts: false,
  ...rest,
});

describe('activities/health/words', () => {
  it.each([
    [{}, { health: 'running' }, false],
    [{ health: 'healthy' }, { health: 'healthy' }, false],
    [{ health: 'starting' }, { health: 'starting' }, false],
    [{ health: 'unhealthy', healthOutput: 'refused' }, { health: 'unhealthy', detail: 'refused' }, true],
    [{ state: 'exited' }, { health: 'done' }, false],
    [{ state: 'exited', exitCode: 137 }, { health: 'exited', detail: 'exited with status 137' }, true],
    [{ state: 'restarting', restartCount: 4 }, { health: 'restarting', detail: 'restarted 4 times' }, true],
    [{ state: 'paused' }, { health: 'starting', detail: 'paused' }, false],
    [{ state: 'dead' }, { health: 'exited' }, true],
  ] as const)('a container %o is %o', (seen, health, sick) => {
    expect(serviceHealth('web', [container(seen)])).toEqual({ service: 'web', ...health });
    expect(isSick(health)).toBe(sick);
  });

  it('a service is as its worst container', () => {
    const both = [container({ health: 'healthy' }), container({ id: '2', health: 'unhealthy' })];
    expect(serviceHealth('web', both, 2).health).toBe('unhealthy');
  });

  it('a service without enough containers is missing; those of compose run do not count', () => {
    expect(serviceHealth('web', [container({ oneOff: true })]).health).toBe('missing');
    expect(serviceHealth('web', [container()], 2)).toEqual({
      service: 'web',
      health: 'missing',
      detail: '1 of 2 containers',
    });
  });
});
