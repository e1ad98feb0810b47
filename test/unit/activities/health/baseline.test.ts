import { describe, expect, it } from 'vitest';
import { lostServices, servicesToWatch, sickServices } from '../../../../activities/health/baseline.js';

describe('activities/health/baseline', () => {
  it('finds what is sick, the missing included', () => {
    const base = { oneOff: false, exitCode: 0, restartCount: 0, restarts: false } as const;
    const containers = [
      { ...base, id: '1', service: 'web', state: 'running' as const, health: 'unhealthy' as const },
      { ...base, id: '2', service: 'job', state: 'exited' as const },
    ];
    expect(sickServices(['web', 'job', 'gone'], containers).map(({ service }) => service)).toEqual(['web', 'gone']);
  });

  it('what was well and has ended since is lost; what was sick or is only missing is not', () => {
    const base = { oneOff: false, restartCount: 0, restarts: false } as const;
    const containers = [
      { ...base, id: '1', service: 'web', state: 'exited' as const, exitCode: 255 },
      { ...base, id: '2', service: 'job', state: 'exited' as const, exitCode: 0 },
      { ...base, id: '3', service: 'old', state: 'exited' as const, exitCode: 1 },
      { ...base, id: '4', service: 'api', state: 'running' as const, exitCode: 0 },
    ];
    expect(lostServices(['web', 'job', 'api', 'gone'], containers)).toEqual(['web']);
  });

  const input = { touched: ['web'], dependents: ['api', 'old'], sickBefore: ['web', 'old'] };

  it('watches whatever was touched, and dependents that were well', () => {
    expect(servicesToWatch({ ...input, direction: 'forward' })).toEqual(['api', 'web']);
  });

  it('asks of a rollback no more than there was', () => {
    expect(servicesToWatch({ ...input, direction: 'back' })).toEqual(['api']);
  });
});
