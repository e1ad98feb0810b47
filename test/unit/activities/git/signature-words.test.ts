import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fingerprintsOf, nameOf, whyUnsigned, type SignedCommit } from '../../../../activities/git/signature-words.js';

const seen: SignedCommit = {
  id: '4f2a91c'.padEnd(40, '0'),
  verdict: 'N',
  fingerprint: '',
  subject: 'Raise the limit',
  author: 'Ann <ann@x>',
  signed: false,
};
const why = (overrides: Partial<SignedCommit>, known: string[] = []) =>
  whyUnsigned({ ...seen, ...overrides }, ['/etc/signers', '/etc/ring.gpg'], new Set(known));

describe('activities/git/signature-words', () => {
  it('a commit is named by id, subject and author', () => {
    expect(nameOf(seen)).toBe('commit 4f2a91c "Raise the limit" by Ann <ann@x>');
    expect(nameOf({ ...seen, subject: 'a\u001b[2Jb\nc' })).toBe('commit 4f2a91c "a [2Jb c" by Ann <ann@x>');
  });

  it.each([
    ['N', {}, 'is not signed'],
    ['N', { signed: true }, 'has a signature that nothing in /etc/signers or /etc/ring.gpg can vouch for'],
    ['B', {}, 'has a bad signature'],
    ['X', {}, 'has a signature that has expired'],
    ['Y', {}, 'is signed by a key of /etc/signers or /etc/ring.gpg that has expired'],
    ['R', {}, 'is signed by a key of /etc/signers or /etc/ring.gpg that was revoked'],
    ['E', {}, 'is signed by a key that is not in /etc/signers or /etc/ring.gpg'],
    ['U', { fingerprint: 'SHA256:x' }, 'is signed by a key that is not in /etc/signers or /etc/ring.gpg'],
  ])('%s %j: %s', (verdict, overrides, words) => {
    expect(why({ verdict, ...overrides })).toBe(words);
  });

  it('an ssh key that is in the file was not valid then', () => {
    expect(why({ verdict: 'U', fingerprint: 'SHA256:x' }, ['SHA256:x'])).toContain('not valid then');
  });

  it('only G counts', () => {
    expect(why({ verdict: 'G' })).toBeUndefined();
    fc.assert(fc.property(fc.string(), (verdict) => verdict === 'G' || why({ verdict }) !== undefined));
  });

  it('fingerprints are those that ssh-keygen prints, whatever stands before the key', () => {
    const key = 'AAAAC3NzaC1lZDI1NTE5AAAAIBmHDO6nI2a8PV4bvy5bDVsBoRHwqLYqvFGo9IFgYVRk';
    const expected = [...fingerprintsOf(`ann@x ssh-ed25519 ${key}`)];
    expect(expected[0]).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
    const text = `# ssh-ed25519 AAAA\n\nann@x,bob@x namespaces="git",valid-before="20200101" ssh-ed25519 ${key} comment\n`;
    expect([...fingerprintsOf(text)]).toEqual(expected);
  });

  it('whatever lies in the file, it is read', () => {
    fc.assert(fc.property(fc.string(), (text) => fingerprintsOf(text) instanceof Set));
  });
});
