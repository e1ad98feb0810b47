import { describe, expect, it } from 'vitest';
import { quoteForShell, sshCommand, sshRemote } from '../../../../activities/git/ssh-command.js';

describe('activities/git/ssh-command', () => {
  const settings = { knownHosts: '/s/known_hosts', hostKeys: 'accept-new', connectTimeoutSeconds: 15 } as const;

  it('never asks, and trusts only the file given', () => {
    expect(sshCommand(settings)).toEqual(
      [
        'ssh',
        '-o BatchMode=yes',
        '-o ConnectTimeout=15',
        '-o StrictHostKeyChecking=accept-new',
        '-o UserKnownHostsFile=/s/known_hosts',
        '-o GlobalKnownHostsFile=/dev/null',
        '-o HashKnownHosts=no',
        '-o UpdateHostKeys=no',
      ].flatMap((word) => word.split(' ')),
    );
  });

  it('a key is the only identity offered', () => {
    const command = sshCommand({ ...settings, key: '/k/x_deploy_key', hostKeys: 'yes' });
    expect(command.slice(-4)).toEqual(['-o', 'IdentitiesOnly=yes', '-i', '/k/x_deploy_key']);
    expect(command).toContain('StrictHostKeyChecking=yes');
  });

  it('where only a key counts, nobody’s own identities are offered without one', () => {
    const command = sshCommand({ ...settings, onlyKey: true });
    for (const option of ['IdentitiesOnly=yes', 'IdentityFile=none', 'IdentityAgent=none']) {
      expect(command).toContain(option);
    }
    expect(sshCommand({ ...settings, key: '/k/x', onlyKey: true })).toEqual(sshCommand({ ...settings, key: '/k/x' }));
  });

  it.each([
    ['ssh://git@host/path.git', 'host'],
    ['ssh://git@host:22/path.git', 'host'],
    ['ssh://git@host:2222/path.git', '[host]:2222'],
    ['ssh://[::1]:2222/path', '[::1]:2222'],
    ['git+ssh://host/path', 'host'],
    ['git@github.com:org/repo.git', 'github.com'],
    ['host:repo', 'host'],
    ['[host]:repo', 'host'],
  ])('%s is reached by ssh at %s', (url, host) => {
    expect(sshRemote(url)).toEqual({ host });
  });

  it.each(['https://host/repo.git', 'http://u:p@host:8080/x', 'git://host/x', 'file:///srv/x', '/srv/a:b', './x:y'])(
    '%s is not',
    (url) => {
      expect(sshRemote(url)).toBeUndefined();
    },
  );

  it('words are quoted one by one', () => {
    expect(quoteForShell(['ssh', '-i', "o'd $(x)"])).toBe(`'ssh' '-i' 'o'\\''d $(x)'`);
  });
});
