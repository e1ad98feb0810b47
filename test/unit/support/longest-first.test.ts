import { existsSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { LONGEST, longestFirst } from '../../support/longest-first.js';

describe('support/longest-first', () => {
  it('begins with the long files that are there, and leaves the others as they are', () => {
    const [first = '', second = ''] = LONGEST;
    expect(longestFirst(['b', second, 'a', first], (file) => file)).toEqual([first, second, 'b', 'a']);
  });

  it.each(LONGEST)('%s is there', (file) => {
    expect(existsSync(file)).toBe(true);
  });
});
