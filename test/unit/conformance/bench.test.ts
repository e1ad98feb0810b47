import { describe, expect, it } from 'vitest';
import { reasonToSkip, type Point } from '../../conformance/bench.js';

const point = (more: Partial<Point> = {}): Point => ({ number: 1, name: 'x', judge: async () => undefined, ...more });
const JUDGED = { url: 'http://weaver.example' };
const reason = (asked: Point, role = 'HYBRID', release = '6.8.3') => reasonToSkip(asked, JUDGED, { role, release });

describe('conformance/bench', () => {
  it('a point is judged where there are providers, unless it says otherwise', () => {
    expect([reason(point()), reason(point(), 'EMS')]).toEqual([undefined, undefined]);
    expect(reason(point(), 'ADES')).toBe('this Weaver has the role ADES, and the point needs HYBRID or EMS');
    expect([reason(point({ roles: ['ADES'] }), 'ADES'), reason(point({ roles: ['ADES'] }))]).toEqual([
      undefined,
      expect.stringContaining('needs ADES'),
    ]);
  });

  it('a point that holds from a release on is not asked of an older one', () => {
    const late = point({ from: '6.8.3' });
    expect([reason(late), reason(late, 'HYBRID', '6.15.0')]).toEqual([undefined, undefined]);
    expect(reason(late, 'HYBRID', '4.22.0')).toBe('this is Weaver 4.22.0, and the point holds from 6.8.3 on');
  });

  it('a point tells what it needs', () => {
    const needy = point({ needs: ({ bird }) => (bird === undefined ? 'no bird' : undefined) });
    expect(reason(needy)).toBe('no bird');
    expect(reasonToSkip(needy, { ...JUDGED, bird: 'b' }, { role: 'HYBRID', release: '6.8.3' })).toBeUndefined();
  });
});
