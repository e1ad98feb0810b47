import { describe, expect, it } from 'vitest';
import { isBrokenCache, nameOfSource } from '../../../../activities/git/source-access.js';

describe('activities/git/source-access', () => {
  it.each([
    ['ssh://git@host:22/group/notebooks.git', 'notebooks'],
    ['git@host:notebooks.git', 'notebooks'],
    ['git@host:group/notebooks/', 'notebooks'],
    ['/srv/git/notebooks', 'notebooks'],
    ['', 'source'],
  ])('the deploy key of %j is looked for under %s', (url, name) => {
    expect(nameOfSource(url)).toBe(name);
  });

  it.each([
    ["fatal: Unable to create '/c/shallow.lock': File exists.", true],
    ["error: cannot lock ref 'refs/x': Unable to create '/c/refs/x.lock': File exists.", true],
    ['fatal: not a git repository: /c', true],
    ['error: ssh://h/x did not send all necessary objects', true],
    ['error: object file objects/aa/bb is empty', true],
    ["fatal: '/gone' does not appear to be a git repository", false],
    ["fatal: couldn't find remote ref refs/heads/main", false],
    ['ssh: connect to host h port 22: Connection refused', false],
  ])('%j means a broken cache: %s', (stderr, broken) => {
    expect(isBrokenCache(stderr)).toBe(broken);
  });
});
