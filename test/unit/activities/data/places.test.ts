import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { destinationProblem } from '../../../../activities/data/places.js';
import { isWithin } from '../../../../activities/shared/within.js';

describe('activities/data/places', () => {
  const surroundings = { clone: '/data/cache/raven', stateDir: '/var/lib/birdkeeper' };

  it.each([
    '/',
    '//',
    '/x/..',
    '/data',
    '/data/cache/',
    '/data/cache/raven',
    '/var',
    '/var/lib/birdkeeper/data',
    '/etc',
    '/usr/',
    '/home',
    '/x/../tmp',
  ])('nothing is copied to %s', (place) => {
    expect(destinationProblem(place, surroundings)).toBeTypeOf('string');
  });

  it.each([
    '/data/sets',
    '/home/data',
    '/etc/x',
    '/var/lib/x',
    '/data/cache2',
    '/data/cache/ravens',
    '/data/cache/..x',
    '/var/lib/birdkeeper2',
    '/datas',
  ])('data are copied to %s', (place) => {
    expect(destinationProblem(place, surroundings)).toBeUndefined();
  });

  it('what is put together below a directory is within it, and the directory is within nothing below', () => {
    const parts = fc.array(fc.constantFrom('a', '..b', 'c d', '-'), { maxLength: 4 });
    fc.assert(
      fc.property(parts, parts, (above, below) => {
        const outer = `/${above.join('/')}`;
        const inner = `/${[...above, ...below].join('/')}`;
        expect(isWithin(inner, outer)).toBe(true);
        expect(isWithin(outer, inner)).toBe(below.length === 0);
      }),
    );
  });
});
