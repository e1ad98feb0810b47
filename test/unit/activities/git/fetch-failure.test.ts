import { describe, expect, it } from 'vitest';
import { explainFetchFailure, type FetchAttempt } from '../../../../activities/git/fetch-failure.js';

const attempt = (stderr: string, overrides: Partial<FetchAttempt> = {}): FetchAttempt => ({
  stderr,
  url: 'ssh://git@host/repo.git',
  host: 'host',
  key: '/keys/repo_deploy_key',
  knownHosts: '/state/known_hosts',
  strict: false,
  user: 'deploy',
  ...overrides,
});
const TAIL = `fatal: Could not read from remote repository.

Please make sure you have the correct access rights
and the repository exists.
`;

describe('activities/git/fetch-failure', () => {
  it('a changed host key names host, file and what to do', () => {
    const stderr = `@ WARNING: REMOTE HOST IDENTIFICATION HAS CHANGED! @
Host key for host has changed and you have requested strict checking.
Host key verification failed.
${TAIL}`;
    const { kind, message } = explainFetchFailure(attempt(stderr, { knownHosts: '/st ate/known_hosts' }));
    expect(kind).toBe('host key changed');
    expect(message).toContain('the host key of host is not the one in /st ate/known_hosts');
    expect(message).toContain("ssh-keygen -f '/st ate/known_hosts' -R host");
  });

  it('an unknown host in strict mode says that only the file is trusted', () => {
    const stderr = `No ED25519 host key is known for host and you have requested strict checking.\nHost key verification failed.\n${TAIL}`;
    const { kind, message } = explainFetchFailure(attempt(stderr, { strict: true }));
    expect(kind).toBe('host key unknown');
    expect(message).toContain('no host key of host is in /state/known_hosts');
  });

  it('refused, with the key that was offered', () => {
    const { kind, message } = explainFetchFailure(attempt(`git@host: Permission denied (publickey).\n${TAIL}`));
    expect(kind).toBe('refused');
    expect(message).toContain('the key /keys/repo_deploy_key was offered (git@host: Permission denied (publickey).)');
  });

  it('refused over https, without a key', () => {
    const stderr = "fatal: could not read Username for 'https://host': terminal prompts disabled\n";
    const { kind, message } = explainFetchFailure({
      stderr,
      url: 'https://host/repo.git',
      knownHosts: '/state/known_hosts',
      strict: false,
      user: 'deploy',
    });
    expect(kind).toBe('refused');
    expect(message).toContain('no deploy key was found');
  });

  it('a key that the owner may not read tells whom to give it to', () => {
    const stderr = `Load key "/scratch/key": Permission denied\ngit@host: Permission denied (publickey).\n${TAIL}`;
    const { message } = explainFetchFailure(attempt(stderr));
    expect(message).toContain('git runs as the checkout’s owner'.replace('’', "'"));
    expect(message).toContain('chown deploy /keys/repo_deploy_key');
    expect(message).not.toContain('/scratch');
  });

  it.each([
    ['ssh: Could not resolve hostname host: Name or service not known', 'unreachable'],
    ['ssh: connect to host host port 22: Connection refused', 'unreachable'],
    ["fatal: '/srv/x' does not appear to be a git repository", 'no repository'],
    ['ERROR: Repository not found.', 'no repository'],
  ])('%s: %s', (line, kind) => {
    const failure = explainFetchFailure(attempt(`${line}\n${TAIL}`));
    expect(failure.kind).toBe(kind);
    expect(failure.message).toContain(line.replace(/^(ssh|fatal): /, ''));
  });

  it('a remote that hangs is unreachable, with the limit', () => {
    const { kind, message } = explainFetchFailure(attempt('', { timedOutAfter: 30 }));
    expect([kind, message]).toEqual(['unreachable', 'ssh://git@host/repo.git did not finish answering within 30 s']);
  });

  it('a message is one line and shows no credentials', () => {
    const stderr = "fatal: unable to access 'https://me:s3cr3t@host/':\n Could not resolve host";
    const { message } = explainFetchFailure(attempt(stderr, { url: 'https://me:s3cr3t@host/' }));
    expect(message).not.toMatch(/s3cr3t|\n/);
  });
});
