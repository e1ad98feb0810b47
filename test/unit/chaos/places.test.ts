import { describe, expect, it } from 'vitest';
import type { Phase } from '../../../workflows/contract.js';
import type { Call } from '../../support/chaos/gate.js';
import { matcher, PLACES, placeNamed, selectPlaces } from '../../chaos/places.js';

const docker = (...args: string[]): Call => ({ program: 'docker', args });
const [up, config] = [docker('compose', 'up'), docker('compose', 'config')];

/** What the matcher says of calls made in those phases. */
async function said(place: string, calls: readonly (readonly [Phase, Call])[]): Promise<boolean[]> {
  const matches = matcher(placeNamed(place));
  const answers: boolean[] = [];
  for (const [phase, call] of calls) answers.push(await matches(call, () => Promise.resolve(phase)));
  return answers;
}

describe('chaos/places', () => {
  it('settling back begins after the up of the way back, not after that of the way there', async () => {
    const calls = [
      ['apply', up],
      ['settle', config],
      ['roll back', config],
      ['roll back', up],
      ['roll back', config],
    ] as const;
    expect(await said('settle-back', calls)).toEqual([false, false, false, false, true]);
  });

  it('a command of another phase is not the one', async () => {
    expect(
      await said('apply', [
        ['roll back', up],
        ['apply', up],
      ] as const),
    ).toEqual([false, true]);
  });

  it('places are chosen by victim and name, and a name that is none is refused', () => {
    expect(selectPlaces('worker', undefined)).toHaveLength(PLACES.length);
    expect(selectPlaces('worker', 'worker/apply,temporal/git').map(({ name }) => name)).toEqual(['apply']);
    expect(selectPlaces('all', '/apply').map(({ name }) => name)).toEqual(['apply']);
    expect(() => selectPlaces('worker', 'worker/aply')).toThrow(/aply names no cell/);
  });
});
