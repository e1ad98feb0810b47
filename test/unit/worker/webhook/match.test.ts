import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { matchStacks, shownAddress } from '../../../../worker/webhook/match.js';

const same = (a: string, b: string) => matchStacks([a], [{ stack: 's', urls: [b] }]).length === 1;

describe('worker/webhook/match', () => {
  it.each([
    'https://github.com/bird-house/deploy.git',
    'https://github.com/bird-house/deploy',
    'https://github.com/bird-house/deploy/',
    'https://GitHub.com/Bird-House/deploy.git',
    'http://github.com:80/bird-house/deploy.git',
    'https://github.com:443/bird-house/deploy.git',
    'https://user:token@github.com/bird-house/deploy.git',
    'https://github.com/bird-house/deploy.git?ref=main#readme',
    'git@github.com:bird-house/deploy.git',
    'github.com:bird-house/deploy',
    'git@github.com:/bird-house/deploy.git/',
    'ssh://git@github.com/bird-house/deploy.git',
    'ssh://git@github.com:22/bird-house/deploy.git',
    'ssh://git@ssh.github.com:443/bird-house/deploy.git',
    'git+ssh://git@github.com/bird-house/deploy.git',
    'git://github.com/bird-house/deploy.git',
    'git://github.com:9418/bird-house/deploy.git',
    ' git@github.com:bird-house/deploy.git\n',
    // An alias of ~/.ssh/config stands for a host that is not known here.
    'git@github-of-deploy:bird-house/deploy.git',
    'ssh://github-of-deploy/bird-house/deploy.git',
  ])('takes a checkout of %j for https://github.com/bird-house/deploy.git', (url) => {
    expect(same('https://github.com/bird-house/deploy.git', url)).toBe(true);
    expect(same('git@github.com:bird-house/deploy.git', url)).toBe(true);
  });

  it.each([
    'https://github.com/bird-house/deploy2',
    'https://github.com/bird-house',
    'https://github.com/other/deploy',
    'https://gitlab.com/bird-house/deploy',
    'https://github.com.evil.org/bird-house/deploy',
    'https://github.com:8443/bird-house/deploy',
    'git@localhost:bird-house/deploy.git',
    '/bird-house/deploy.git',
    'file:///bird-house/deploy',
    'bird-house/deploy',
    'github.com/bird-house/deploy',
    'https://',
    'https://[',
    'ssh://',
    ':',
    '',
  ])('does not take one of %j for it', (url) => {
    expect(same('https://github.com/bird-house/deploy.git', url)).toBe(false);
  });

  it.each([
    ['/srv/git/a.git', 'file:///srv/git/a'],
    ['/srv/git/a', '/srv/git/a/.git'],
    ['ssh://git@h.example:2222/a/b.git', 'ssh://h.example:2222/a/b'],
    ['git@[2001:db8::1]:a/b.git', 'ssh://git@[2001:DB8::1]/a/b'],
  ])('takes %s and %s for one', (a, b) => {
    expect([same(a, b), same(b, a)]).toEqual([true, true]);
  });

  it('lets only the own side be an alias', () => {
    expect(same('git@alias:a/b.git', 'https://github.com/a/b')).toBe(false);
    expect(same('/a/b', 'git@alias:a/b')).toBe(false);
  });

  it('names each stack once, and all that have the repository', () => {
    const url = 'https://github.com/a/b';
    const stacks = [
      { stack: 'one', urls: ['git@github.com:x/y', 'git@github.com:a/b', url] },
      { stack: 'two', urls: [url] },
      { stack: 'three', urls: [] },
      { stack: 'one', urls: [url] },
    ];
    expect(matchStacks(['https://github.com/no/thing', url, `${url}.git`], stacks)).toEqual(['one', 'two']);
    expect(matchStacks([], stacks)).toEqual([]);
  });

  it('shows an address without user, password and query', () => {
    expect(shownAddress('https://u:secret@Git.example.org/A/b.git?token=x')).toBe('git.example.org/a/b');
    expect(shownAddress('u@h.example:a')).toBe('h.example/a');
    expect(shownAddress('file:///srv/a')).toBe('/srv/a');
    expect(shownAddress('nothing')).toBeUndefined();
  });

  it('has an answer to any text', () => {
    const piece = fc.constantFrom(
      'https://',
      'ssh://',
      'file://',
      '@',
      ':',
      '/',
      '//',
      '.git',
      '[',
      ']',
      'host',
      '%',
      '\n',
    );
    const text = fc.oneof(
      fc.uint8Array().map((bytes) => Buffer.from(bytes).toString('latin1')),
      fc.array(fc.oneof(piece, fc.string())).map((parts) => parts.join('')),
      fc.webUrl(),
    );
    fc.assert(
      fc.property(text, text, (a, b) => {
        const shown = shownAddress(a);
        expect(same(a, a)).toBe(shown !== undefined);
        expect(typeof same(a, b)).toBe('boolean');
      }),
      { numRuns: 1_000 },
    );
  });
});
