import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { judge, reasonToSkip, meet } from '../../conformance/bench.js';
import { POINTS } from '../../conformance/points.js';
import { startWeaver, type Role, type Weaver } from '../../support/doubles/weaver/index.js';
import { startRealBird } from '../../support/python-birds.js';

describe('conformance/weaver', () => {
  describe.each<Role>(['HYBRID', 'EMS', 'ADES', 'DEFAULT'])('the double as %s', (role) => {
    const known = { role, release: '6.8.3' };
    let weaver: Weaver;
    beforeAll(async () => {
      weaver = await startWeaver({ role, prefix: role === 'EMS' ? '/weaver' : '' });
    });
    afterAll(() => weaver.close());

    // The role changes nothing of what is slow.
    const seen = POINTS.filter(
      (point) => !reasonToSkip(point, { url: '' }, known) && (role === 'HYBRID' || !point.slow),
    );
    it.each(seen)('$number: $name', async (point) => {
      expect(await meet(weaver)).toEqual(known);
      await judge(point, weaver, known);
      expect(weaver.store.all()).toEqual([]);
    });
  });

  it('a real bird, PyWPS, is registered in the double', async () => {
    const [weaver, bird] = await Promise.all([startWeaver(), startRealBird()]);
    try {
      const judged = { url: weaver.url, bird: bird.url };
      const known = await meet(judged);
      const withBird = POINTS.filter((point) => point.needs !== undefined && !reasonToSkip(point, judged, known));
      expect(withBird).toHaveLength(1);
      for (const point of withBird) await judge(point, judged, known);
    } finally {
      await Promise.all([weaver.close(), bird.close()]);
    }
  });

  it('every point of the list is judged, and each in a role that it can be seen in', () => {
    expect([...new Set(POINTS.map(({ number }) => number))]).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
    const roles: Role[] = ['HYBRID', 'ADES'];
    const judged = { url: '', bird: 'http://bird.example/wps' };
    for (const point of POINTS) {
      expect(
        roles.some((role) => reasonToSkip(point, judged, { role, release: '6.8.3' }) === undefined),
        point.name,
      ).toBe(true);
    }
  });
});
