import { describe, expect, it } from 'vitest';
import { openWork, pinOverride } from '../../../../activities/compose/apply.js';
import { newJournal } from '../../../../activities/compose/journal.js';
import { aContainer, aModel } from './builders.js';

describe('activities/compose/apply', () => {
  const services = aModel({ web: {}, none: { deploy: { replicas: 0 } } }).services;
  const work = (
    action: 'signal' | 'restart' | 'recreate',
    containers: ReturnType<typeof aContainer>[],
    signalled: string[] = [],
  ) =>
    openWork(
      [{ service: 'web', action, reason: '', ...(action === 'signal' ? { signal: 'HUP' } : {}) }],
      { ...newJournal({ decisions: [], removed: [] }, containers), signalled },
      { services, imageIds: { web: 'sha256:aaaaaaaaaaaaaaaa' } },
      containers,
    );
  const old = aContainer('web');

  it('does each thing that is not done', () => {
    expect(work('recreate', [old])).toEqual({ recreate: ['web'], restart: [], signal: [] });
    expect(work('restart', [old])).toEqual({ recreate: [], restart: ['web'], signal: [] });
    expect(work('signal', [old])).toEqual({ recreate: [], restart: [], signal: [{ service: 'web', signal: 'HUP' }] });
  });

  it('sends a signal once', () => {
    expect(work('signal', [old], ['web']).signal).toEqual([]);
  });

  it.each(['restart', 'signal'] as const)('makes the container that a %s lacks', (action) => {
    expect(work(action, [])).toEqual({ recreate: ['web'], restart: [], signal: [] });
  });

  it('pins images by their ids and never pulls them', () => {
    expect(JSON.parse(pinOverride({ web: 'sha256:a' }))).toEqual({
      services: { web: { image: 'sha256:a', pull_policy: 'never' } },
    });
  });
});
