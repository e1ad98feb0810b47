import { describe, expect, it } from 'vitest';
import { fetchDataArgs, isLocalName, revisionsOf, withoutCredentials } from '../../../../activities/git/data-words.js';

describe('activities/git/data-words', () => {
  it.each([
    ['https://user:p@ss@example.org/data.git', 'https://example.org/data.git'],
    ['https://token@example.org:8443/data', 'https://example.org:8443/data'],
    ['https://example.org/a@b', 'https://example.org/a@b'],
    ['ssh://git:secret@example.org:22/data', 'ssh://git@example.org:22/data'],
    ['git@example.org:group/data.git', 'git@example.org:group/data.git'],
    ['/srv/git/data', '/srv/git/data'],
  ])('%s is kept as %s', (url, kept) => {
    expect(withoutCredentials(url)).toBe(kept);
  });

  it('neither address nor branch is on the command line', () => {
    const args = fetchDataArgs('origin/main');
    expect(args.slice(args.indexOf('birdkeeper'))).toEqual([
      'birdkeeper',
      '+refs/heads/*:refs/remotes/origin/*',
      '+refs/tags/*:refs/tags/*',
    ]);
    expect(fetchDataArgs('HEAD').at(-1)).toBe('+HEAD:refs/birdkeeper/head');
  });

  it('a branch of the remote comes before a tag, and no branch of the clone is looked at', () => {
    expect(revisionsOf('main')).toEqual(['refs/remotes/origin/main', 'refs/tags/main', 'main']);
    expect(revisionsOf('refs/heads/main')[0]).toBe('refs/remotes/origin/main');
    expect(revisionsOf('origin/main')[0]).toBe('refs/remotes/origin/main');
    expect(revisionsOf('origin')).toEqual(['refs/birdkeeper/head']);
  });

  it.each([
    ['refs/remotes/origin/main', 'main', true],
    ['refs/remotes/origin/main', 'refs/heads/main', true],
    ['refs/remotes/origin/main', 'origin/main', false],
    ['refs/remotes/origin/main', 'refs/remotes/origin/main', false],
    ['refs/tags/v1', 'v1', false],
  ])('%s for %s is a name without its remote: %s', (revision, branch, local) => {
    expect(isLocalName(revision, branch)).toBe(local);
  });
});
