/** Asks one remote. Only objects and remote-tracking refs change. */
import { redactUrls } from '../shared/redact.js';
import { CommandFailed } from '../shared/run-command.js';
import { fetchAsRoot, mustFetchAsRoot } from './fetch-as-root.js';
import { fetchCommand } from './fetch-command.js';
import { explainFetchFailure, type FetchFailure } from './fetch-failure.js';
import { chooseKey, type KeySettings } from './keys.js';
import type { Repository } from './repository.js';
import { hostKeysOf, withSsh } from './ssh-surroundings.js';
import { sshRemote } from './ssh-command.js';

/**
 * Fetches and prunes; with `refspecs` it fetches these only. Returns why it failed, or undefined. Throws when the step
 * was cancelled. Twice: fetches again, to no effect.
 */
export async function fetchRemote(
  repository: Repository,
  remote: string,
  keys: KeySettings,
  refspecs: readonly string[] = [],
): Promise<FetchFailure | undefined> {
  const url = await repository.line(['ls-remote', '--get-url', '--end-of-options', remote]);
  if (url === undefined) return { kind: 'no repository', message: `remote ${remote} has no address` };
  const ssh = sshRemote(url);
  const key = await chooseKey(keys, repository.dir, url);
  const hostKeys = hostKeysOf(keys);
  const asRoot = ssh !== undefined && (await mustFetchAsRoot(repository.owner, key, repository.options));
  try {
    if (ssh === undefined) await repository.run(fetchCommand(remote, refspecs));
    else if (asRoot) await fetchAsRoot(repository, { remote, url, refspecs, keys, key });
    else {
      await withSsh({ settings: keys, key, owner: repository.owner }, (command) =>
        // The variant is named because git would otherwise guess it from the quoted command.
        repository.run(fetchCommand(remote, refspecs), { GIT_SSH_COMMAND: command, GIT_SSH_VARIANT: 'ssh' }),
      );
    }
    return undefined;
  } catch (error) {
    repository.options.signal.throwIfAborted();
    if (!(error instanceof CommandFailed)) throw error;
    return explainFetchFailure({
      stderr: error.stderr,
      url: redactUrls(url),
      knownHosts: hostKeys.file,
      strict: hostKeys.strict,
      user: asRoot ? 'root' : repository.owner.user,
      ...(error.reason === 'timed out' ? { timedOutAfter: repository.options.timeoutMs / 1000 } : {}),
      ...(ssh === undefined ? {} : { host: ssh.host }),
      ...(key === undefined ? {} : { key }),
    });
  }
}
