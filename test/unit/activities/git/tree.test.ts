import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseTree } from '../../../../activities/git/tree.js';

describe('activities/git/tree', () => {
  const id = 'a'.repeat(40);

  it('entries have a kind, an id and their whole path', () => {
    const records = [
      `100755 blob ${id}\ta\tb\nc`,
      `120000 blob ${id}\tl`,
      `160000 commit ${id}\ts`,
      `040000 tree ${id}\td`,
    ];
    expect(parseTree(`${records.join('\0')}\0`)).toEqual([
      { mode: '100755', id, kind: 'file', path: 'a\tb\nc' },
      { mode: '120000', id, kind: 'link', path: 'l' },
      { mode: '160000', id, kind: 'submodule', path: 's' },
      { mode: '040000', id, kind: 'directory', path: 'd' },
    ]);
  });

  it('anything else gives nothing, and no crash', () => {
    fc.assert(fc.property(fc.string(), (text) => parseTree(text).length === 0));
  });
});
