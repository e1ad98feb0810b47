import { describe, expect, it } from 'vitest';
import { nameCheckouts } from '../../../../activities/stack/checkouts.js';
import { enterNamespace } from '../../../../activities/stack/namespace.js';
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

describe('activities/stack/namespace', () => {
  it('passes paths and command as arguments of a constant script', () => {
    const mounts = [{ source: '/s t', target: '/l; rm' }];
    const command = enterNamespace(mounts, true)({ file: 'docker', args: ['compose', '--'] });
    expect([command.file, ...command.args.slice(0, 4)]).toEqual(['unshare', '-m', '--', '/bin/sh', '-c']);
    expect(command.args.slice(5)).toEqual(['birdkeeper', '/s t', '/l; rm', '--', 'docker', 'compose', '--']);
    expect(command.args[4]).not.toContain('/s t');
  });

  it('makes a user namespace for who is not root', () => {
    expect(enterNamespace([], false)({ file: 'true', args: [] }).args[0]).toBe('-Urm');
  });
});

describe('activities/stack/checkouts', () => {
  it('gives each checkout a name of its own that does not depend on the order of the others', () => {
    const [a, b, c] = nameCheckouts(['/x/repo', '/y/repo', '/z/repo']);
    expect([a?.name, b?.name, c?.name]).toEqual(['repo', 'repo-' + (b?.name.slice(5) ?? ''), c?.name]);
    expect(b?.name).toMatch(/^repo-[0-9a-f]{6}$/);
    const swapped = nameCheckouts(['/x/repo', '/z/repo', '/y/repo']);
    expect(swapped[2]?.name).toBe(b?.name);
    expect(swapped[1]?.name).toBe(c?.name);
  });
});
