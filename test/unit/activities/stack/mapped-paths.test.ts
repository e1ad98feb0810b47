import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { mapPaths, namedLive, unusualPath } from '../../../../activities/stack/mapped-paths.js';

const checkouts = [
  { name: 'a', dir: '/srv/a', tree: '/st/1/a', commit: '1' },
  { name: 'a-b', dir: '/srv/a-b', tree: '/st/1/a-b', commit: '2' },
  { name: 'in', dir: '/srv/a/in side', tree: '/st/1/in', commit: '3' },
];
const map = mapPaths({ checkouts }, [{ live: '/etc/env.local', staged: '/st/1/.read/env.local' }]);

describe('activities/stack/mapped-paths', () => {
  it.each([
    ['/srv/a', '/st/1/a'],
    ['/srv/a/x:/srv/a-b/y', '/st/1/a/x:/st/1/a-b/y'],
    ['export X="/srv/a/in side/z"', 'export X="/st/1/in/z"'],
    ['. /srv/a-b/lib.sh;cat </srv/a', '. /st/1/a-b/lib.sh;cat </st/1/a'],
  ])('%s is staged at %s, and back', (live, staged) => {
    expect(map.toStaged(live)).toBe(staged);
    expect(map.toLive(staged)).toBe(live);
  });

  it.each([
    '/srv/abc',
    '/srv/a.git',
    '/data/srv/a',
    '${ROOT}/srv/a',
    '$(pwd)/srv/a',
    'file:///srv/a',
    'srv/a',
    '/srv/a~',
    '',
  ])('%s is another path', (text) => expect(map.toStaged(text)).toBe(text));

  it('maps what is mapped no second time, also where the staged trees lie inside a checkout', () => {
    const inside = mapPaths({ checkouts: [{ name: 'a', dir: '/srv/a', tree: '/srv/a/.st/a', commit: '1' }] }, []);
    expect(inside.toStaged(inside.toStaged('/srv/a/x'))).toBe('/srv/a/.st/a/x');
    expect(inside.toLive('/srv/a/.st/a/x')).toBe('/srv/a/x');
  });

  it('tells single files by their own path', () => {
    expect(map.toLive('/st/1/.read/env.local, line 3: no')).toBe('/etc/env.local, line 3: no');
  });

  it('undoes itself in any text', () => {
    const piece = fc.constantFrom('/srv/a', '/srv/a-b', '/in side', '/', 'x', ' ', ':', '"', '.', '-', '\n', '/srv');
    fc.assert(
      fc.property(fc.array(piece), (pieces) => {
        const text = pieces.join('');
        return map.toLive(map.toStaged(text)) === text;
      }),
    );
  });

  it('names the first path that sed or JSON would write otherwise', () => {
    const at = (dir: string) => unusualPath({ checkouts: [{ name: 'a', dir, tree: '/st/a', commit: '1' }] });
    expect(at('/srv/the platform (old)/v1.0')).toBeUndefined();
    for (const dir of [
      '/srv/é',
      '/srv/"a',
      '/srv/a&b',
      '/srv/a$b',
      "/srv/a'b",
      '/srv/a\\b',
      '/srv/a\nb',
      '/srv/a*',
      '/',
    ]) {
      expect(at(dir)).toBe(dir);
    }
  });

  it('finds the lines that name a checkout, without comments, and without mounts where these are only told', () => {
    const text = 'A=/srv/a/x\n# /srv/a\n  - /srv/a/data:/data\n  env_file: /srv/a-b/y\n  source: /srv/a\n';
    expect(namedLive(text, { checkouts }, false)).toEqual([1, 3, 4, 5]);
    expect(namedLive(text, { checkouts }, true)).toEqual([1, 4]);
  });
});
