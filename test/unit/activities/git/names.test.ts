import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { nameCheckouts } from '../../../../activities/git/names.js';

describe('activities/git/names', () => {
  it('a checkout is named after its directory; of two alike the second gets a suffix of its path', () => {
    const [first, second, third] = nameCheckouts(['/a/deploy', '/b/deploy', '/c/private']);
    expect(first).toEqual({ name: 'deploy', dir: '/a/deploy' });
    expect(second?.name).toMatch(/^deploy-[0-9a-f]{8}$/);
    expect(third?.name).toBe('private');
  });

  it('a directory named twice is one checkout', () => {
    expect(nameCheckouts(['/a/x', '/a/x'])).toHaveLength(1);
  });

  it('names are unique, and stay when checkouts are added behind', () => {
    const dirs = fc.array(fc.constantFrom('/a/x', '/b/x', '/c/x', '/d/y', '/e/y', '/'), { maxLength: 6 });
    fc.assert(
      fc.property(dirs, fc.constantFrom('/z/x', '/z/y'), (before, added) => {
        const names = nameCheckouts(before);
        expect(new Set(names.map(({ name }) => name)).size).toBe(names.length);
        expect(nameCheckouts([...before, added]).slice(0, names.length)).toEqual(names);
      }),
    );
  });
});
