import { describe, expect, it } from 'vitest';
import type { EngineContainer } from '../../../activities/docker/types.js';
import { healthByService } from '../../../worker/service-health.js';

const container = (given: Partial<EngineContainer>): EngineContainer => ({
  id: 'c',
  name: 'web-1',
  service: 'web',
  number: 1,
  oneOff: false,
  state: 'running',
  exitCode: 0,
  restartCount: 0,
  restarts: false,
  imageId: 'sha256:1',
  createdAt: '',
  startedAt: '',
  ports: [],
  ...given,
});

describe('worker/service-health', () => {
  it.each([
    [{ health: 'healthy' }, 'healthy'],
    [{}, 'running'],
    [{ health: 'unhealthy', healthOutput: 'wget: 500' }, 'unhealthy'],
    [{ state: 'restarting', exitCode: 1 }, 'restarting'],
    [{ state: 'exited', exitCode: 0 }, 'done'],
    [{ state: 'exited', exitCode: 0, restarts: true }, 'exited'],
    [{ state: 'exited', exitCode: 137 }, 'exited'],
    [{ state: 'dead' }, 'exited'],
    [{ state: 'created' }, 'missing'],
  ] as const)('sees %j as %s', (given, health) => {
    expect(healthByService([container(given)])[0]?.health).toBe(health);
  });

  it('takes a service for as well as its worst container, and leaves one-off containers out', () => {
    const seen = healthByService([
      container({ health: 'healthy' }),
      container({ number: 2, health: 'unhealthy' }),
      container({ service: 'db' }),
      container({ service: 'db', oneOff: true, state: 'exited', exitCode: 1 }),
    ]);
    expect(seen).toEqual([
      { service: 'db', health: 'running' },
      { service: 'web', health: 'unhealthy' },
    ]);
  });
});
