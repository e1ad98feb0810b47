import { describe, expect, it } from 'vitest';
import { ServiceDefinition } from '../../../../activities/compose/model.js';
import { hasOnlyEnded, type RunningContainer } from '../../../../activities/compose/running.js';

const container = (state: RunningContainer['state'], imageId = 'sha256:a'): RunningContainer => ({
  id: `${state}-${imageId}`,
  name: 'stack-web-1',
  service: 'web',
  number: 1,
  oneOff: false,
  state,
  exitCode: state === 'exited' ? 255 : 0,
  imageId,
  startedAt: '2026-01-01T00:00:00Z',
});
const service = (scale?: number) => ServiceDefinition.parse(scale === undefined ? {} : { scale });
const recorded = { imageId: 'sha256:a' };

describe('activities/compose/running', () => {
  it('a service has only ended when all its containers are there and of its image', () => {
    expect(hasOnlyEnded(service(), recorded, [container('exited')])).toBe(true);
    expect(hasOnlyEnded(service(2), recorded, [container('exited'), container('running')])).toBe(true);
  });

  it('has more to it: a missing container, another image, one that never started', () => {
    expect(hasOnlyEnded(service(), recorded, [])).toBe(false);
    expect(hasOnlyEnded(service(2), recorded, [container('exited')])).toBe(false);
    expect(hasOnlyEnded(service(), recorded, [container('exited', 'sha256:b')])).toBe(false);
    expect(hasOnlyEnded(service(), recorded, [container('created')])).toBe(false);
    expect(hasOnlyEnded(service(), recorded, [container('dead')])).toBe(false);
  });
});
