import { describe, expect, it } from 'vitest';
import { chooseKey, keyCandidates } from '../../../../activities/git/keys.js';
import { hostKeysOf, newLines } from '../../../../activities/git/ssh-surroundings.js';

describe('activities/git/keys', () => {
  it('the key of the repository comes before the shared one', () => {
    expect(keyCandidates('/keys', '/srv/birdhouse-deploy')).toEqual([
      '/keys/birdhouse-deploy_deploy_key',
      '/keys/id_rsa_git_ssh_read_only',
    ]);
  });

  it('no key directory, an empty one, or a remote without ssh needs no key', async () => {
    const ownKnownHosts = '/state/known_hosts';
    expect(await chooseKey({ ownKnownHosts }, '/srv/x', 'git@host:x')).toBeUndefined();
    expect(await chooseKey({ ownKnownHosts, keyDirectory: '' }, '/srv/x', 'git@host:x')).toBeUndefined();
    expect(await chooseKey({ ownKnownHosts, keyDirectory: '/k' }, '/srv/x', 'https://host/x')).toBeUndefined();
  });

  it("an operator's file of host keys is strict, ours learns", () => {
    expect(hostKeysOf({ ownKnownHosts: '/ours' })).toEqual({ file: '/ours', strict: false });
    expect(hostKeysOf({ ownKnownHosts: '/ours', knownHostsFile: '' })).toEqual({ file: '/ours', strict: false });
    expect(hostKeysOf({ ownKnownHosts: '/ours', knownHostsFile: '/op' })).toEqual({ file: '/op', strict: true });
  });

  it('only lines that were not there before are learnt', () => {
    expect(newLines('a\nb\n', 'a\nb\nc\n\n')).toEqual(['c']);
  });
});
