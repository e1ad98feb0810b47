import { describe, expect, it } from 'vitest';
import { driftOf } from '../../../../activities/compose/drift.js';
import { aContainer, aFingerprint } from './builders.js';

const web = aContainer('web');
const release = { services: { web: aFingerprint() }, containers: { web: [web.id] } };

describe('activities/compose/drift', () => {
  it('is nothing while the recorded containers run', () => {
    expect(driftOf(release, [web])).toEqual([]);
  });

  it('is nothing for a one-shot that is done, and for containers of compose run', () => {
    expect(driftOf(release, [{ ...web, state: 'exited', exitCode: 0 }, aContainer('x', { oneOff: true })])).toEqual([]);
  });

  it.each([
    ['has no container any more', []],
    ['runs image bbb instead of the recorded aaaaaaaaaaaa', [{ ...web, imageId: 'sha256:bbb' }]],
    ['runs in a container that was made after the release was recorded', [aContainer('web')]],
    ['does not run (exited with status 2)', [{ ...web, state: 'exited' as const, exitCode: 2 }]],
    ['does not run (paused)', [{ ...web, state: 'paused' as const }]],
  ])('says that a service %s', (what, running) => {
    expect(driftOf(release, running)).toEqual([`Service web ${what}.`]);
  });

  it('names a service that the release has not', () => {
    expect(driftOf(release, [web, aContainer('more')])).toEqual([
      'Service more runs, but the recorded release has no such service.',
    ]);
  });
});
