import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { extraCandidates, outermost } from '../../../../activities/ownership-acl/targets.js';
import { isWithin } from '../../../../activities/shared/within.js';

const at = (path: string, refused?: string) => ({ path, why: 'x', ...(refused === undefined ? {} : { refused }) });

describe('activities/ownership-acl/targets', () => {
  it('takes the directories of FIX_WRITE_PERM_EXTRA', () => {
    expect(extraCandidates({})).toEqual({ candidates: [], warnings: [] });
    const { candidates, warnings } = extraCandidates({ FIX_WRITE_PERM_EXTRA: ' /data/a\n/data/b ' });
    expect(candidates.map(({ path }) => path)).toEqual(['/data/a', '/data/b']);
    expect(warnings).toEqual([]);
  });

  it('takes any other word in it as upstream does, and never an unset variable for the root of the system', () => {
    const found = extraCandidates({
      FIX_WRITE_PERM_EXTRA: '1',
      GEOSERVER_DATA_DIR: '/data/geo',
      MAGPIE_PERSIST_DIR: 'x',
    });
    expect(found.candidates).toEqual([{ path: '/data/geo', why: 'GEOSERVER_DATA_DIR' }]);
    expect(found.warnings).toEqual([
      'JUPYTERHUB_USER_DATA_DIR is not set: skipped.',
      'MAGPIE_PERSIST_DIR is no absolute path (x): skipped.',
    ]);
  });

  it('does nothing twice: a directory in another one is left out', () => {
    const left = (...targets: ReturnType<typeof at>[]) => outermost(targets).map(({ path }) => path);
    expect(left(at('/a'), at('/a/b'), at('/ab'), at('/a'))).toEqual(['/a', '/ab']);
    expect(left(at('/a/b'), at('/a'))).toEqual(['/a']);
    expect(left(at('/', 'no'), at('/a'))).toEqual(['/', '/a']);
  });

  it('leaves nothing uncovered, and nothing covered twice', () => {
    const path = fc.array(fc.constantFrom('a', 'b', 'ab'), { maxLength: 4 }).map((parts) => `/${parts.join('/')}`);
    fc.assert(
      fc.property(fc.array(path), (paths) => {
        const kept = outermost(paths.map((one) => at(one)));
        for (const one of paths) expect(kept.filter((outer) => isWithin(one, outer.path))).toHaveLength(1);
      }),
    );
  });
});
