/** Which deploy key a checkout uses. Looks only whether files exist; a key is never read. */
import { access } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { sshRemote } from './ssh-command.js';

export interface KeySettings {
  /** `<repo>_deploy_key` and `id_rsa_git_ssh_read_only` lie here. */
  readonly keyDirectory?: string | undefined;
  /** An operator's own file of host keys: strictly these. */
  readonly knownHostsFile?: string | undefined;
  /** Ours: unknown hosts are added, changed ones refused. */
  readonly ownKnownHosts: string;
}

const SHARED_KEY = 'id_rsa_git_ssh_read_only';

/** The keys that are looked for, in order. The repository's name is that of its directory on this host. */
export const keyCandidates = (keyDirectory: string, dir: string): string[] => [
  join(keyDirectory, `${basename(dir)}_deploy_key`),
  join(keyDirectory, SHARED_KEY),
];

/** The first candidate that exists; undefined for remotes that are not reached by ssh. */
export async function chooseKey(settings: KeySettings, dir: string, url: string): Promise<string | undefined> {
  if (settings.keyDirectory === undefined || settings.keyDirectory === '' || !sshRemote(url)) return undefined;
  for (const candidate of keyCandidates(settings.keyDirectory, dir)) {
    if (await exists(candidate)) return candidate;
  }
  return undefined;
}

const exists = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
