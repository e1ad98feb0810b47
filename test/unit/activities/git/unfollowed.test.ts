import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseAttributes } from '../../../../activities/git/unfollowed.js';

describe('activities/git/unfollowed', () => {
  it('attributes come as path, attribute, value', () => {
    expect(parseAttributes(`a\0filter\0lfs\0b\nc\0filter\0unspecified\0`)).toEqual([
      { path: 'a', value: 'lfs' },
      { path: 'b\nc', value: 'unspecified' },
    ]);
  });

  it('anything else is no crash', () => {
    fc.assert(fc.property(fc.string(), (text) => Array.isArray(parseAttributes(text))));
  });
});
