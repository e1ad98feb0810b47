import { describe, expect, it } from 'vitest';
import { parseChanges } from '../../../../activities/git/move-facts.js';

describe('activities/git/move-facts', () => {
  it('reads letters and paths, with blanks and line breaks in them', () => {
    expect(parseChanges('M\0a file\0A\0new\nline\0D\0gone\0T\0link\0')).toEqual([
      { path: 'a file', added: false },
      { path: 'new\nline', added: true },
      { path: 'gone', added: false },
      { path: 'link', added: false },
    ]);
    expect(parseChanges('')).toEqual([]);
  });
});
