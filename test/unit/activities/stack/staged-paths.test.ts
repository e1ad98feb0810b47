import { describe, expect, it } from 'vitest';
import { isStaged, mountsOf, physicalPath, type Staged } from '../../../../activities/stack/staged-paths.js';

const checkout = (dir: string, tree: string) => ({ name: dir, dir, tree, commit: 'c' });
const staged: Staged = {
  checkouts: [checkout('/srv/a', '/st/0'), checkout('/srv/a/in/b', '/st/1'), checkout('/srv/a-b', '/st/2')],
  binds: [
    { live: '/srv/a/data', staged: '/st/0/data' },
    { live: '/srv/a/in/b/cache', staged: '/st/1/cache' },
  ],
};

describe('activities/stack/staged-paths', () => {
  it('binds what is not tracked first, then inner checkouts into outer trees, then trees over live roots', () => {
    expect(mountsOf(staged)).toEqual([
      { source: '/srv/a/data', target: '/st/0/data' },
      { source: '/srv/a/in/b/cache', target: '/st/1/cache' },
      { source: '/st/1', target: '/st/0/in/b' },
      { source: '/st/2', target: '/srv/a-b' },
      { source: '/st/0', target: '/srv/a' },
    ]);
  });

  it.each([
    ['/srv/a', '/st/0'],
    ['/srv/a/x/y', '/st/0/x/y'],
    ['/srv/a-b/x', '/st/2/x'],
    ['/srv/a/in/b/x', '/st/1/x'],
    ['/srv/a/in/b/cache/x', '/srv/a/in/b/cache/x'],
    ['/srv/a/data', '/srv/a/data'],
    ['/srv/a/database', '/st/0/database'],
    ['/srv/abc', '/srv/abc'],
    ['/srv', '/srv'],
  ])('finds the content of %s at %s', (live, physical) => {
    expect(physicalPath(live, staged)).toBe(physical);
  });

  it('knows what is inside a staged tree', () => {
    expect(isStaged('/st/0/x', staged)).toBe(true);
    expect(isStaged('/st/00/x', staged)).toBe(false);
    expect(isStaged('/srv/a/x', staged)).toBe(false);
  });
});
