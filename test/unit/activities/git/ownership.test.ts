import { describe, expect, it } from 'vitest';
import { toTree } from '../../../../activities/git/ownership.js';

describe('activities/git/ownership', () => {
  it('paths become the tree in which they lie, and a directory that is also named is entered', () => {
    expect(toTree(['a', 'b/c', 'b/d/e', 'b', 'f', 'f/g'])).toEqual(
      new Map<string, unknown>([
        ['a', 'itself'],
        [
          'b',
          new Map<string, unknown>([
            ['c', 'itself'],
            ['d', new Map([['e', 'itself']])],
          ]),
        ],
        ['f', new Map([['g', 'itself']])],
      ]),
    );
  });
});
