import { describe, expect, it } from 'vitest';
import { conditionState, conditionsOf } from '../../../../activities/compose/wait.js';
import { aContainer, aModel } from './builders.js';

const healthy = { service: 'web', dependency: 'db', condition: 'service_healthy' } as const;
const done = { ...healthy, condition: 'service_completed_successfully' } as const;

describe('activities/compose/wait', () => {
  it.each([
    [healthy, { health: 'healthy' }, 'holds'],
    [healthy, { health: 'starting' }, 'waits'],
    [healthy, {}, 'holds'],
    [healthy, { state: 'restarting', restarts: true }, 'waits'],
    [healthy, { health: 'unhealthy' }, { fails: 'it is unhealthy' }],
    [healthy, { state: 'exited', exitCode: 2 }, { fails: 'it exited with status 2' }],
    [healthy, { state: 'exited' }, { fails: 'it exited' }],
    [done, {}, 'waits'],
    [done, { state: 'exited' }, 'holds'],
    [done, { state: 'exited', exitCode: 1 }, { fails: 'it exited with status 1' }],
  ] as const)('%o with a container %o: %o', (condition, container, state) => {
    expect(conditionState(condition, [aContainer('db', container)])).toEqual(state);
  });

  it('fails for a dependency without a container', () => {
    expect(conditionState(healthy, [])).toEqual({ fails: 'it has no container' });
  });

  it('waits only for conditions that say so, are required, and held before', () => {
    const { services } = aModel({
      web: {
        depends_on: {
          db: { condition: 'service_healthy' },
          job: { condition: 'service_completed_successfully' },
          cache: { condition: 'service_started' },
          opt: { condition: 'service_healthy', required: false },
          sick: { condition: 'service_healthy' },
        },
      },
      db: {},
      job: {},
      cache: {},
      opt: {},
      sick: {},
    });
    expect(conditionsOf(['web'], services, ['sick']).map(({ dependency }) => dependency)).toEqual(['db', 'job']);
  });
});
