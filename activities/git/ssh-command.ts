/** The ssh command that git uses. Pure. */

export interface SshSettings {
  /** Private key; without one ssh uses what its user has (agent, default identities). */
  key?: string;
  /** Nothing but the key, so nobody at all without one. */
  onlyKey?: boolean;
  knownHosts: string;
  /** yes: only hosts of the file; accept-new: an unknown host is added, a changed one refused. */
  hostKeys: 'yes' | 'accept-new';
  connectTimeoutSeconds: number;
}

export function sshCommand({ key, onlyKey, knownHosts, hostKeys, connectTimeoutSeconds }: SshSettings): string[] {
  const options = [
    'BatchMode=yes',
    `ConnectTimeout=${connectTimeoutSeconds}`,
    `StrictHostKeyChecking=${hostKeys}`,
    `UserKnownHostsFile=${knownHosts}`,
    'GlobalKnownHostsFile=/dev/null',
    // Names in the file stay readable: it is the operator's to look at and to correct.
    'HashKnownHosts=no',
    'UpdateHostKeys=no',
    ...(key === undefined && !onlyKey ? [] : ['IdentitiesOnly=yes']),
    ...(key === undefined && onlyKey ? ['IdentityFile=none', 'IdentityAgent=none'] : []),
  ];
  return ['ssh', ...options.flatMap((option) => ['-o', option]), ...(key === undefined ? [] : ['-i', key])];
}

/** git hands GIT_SSH_COMMAND to `sh -c`: every word is quoted, whatever is in it. */
export const quoteForShell = (words: readonly string[]): string =>
  words.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(' ');

export interface SshRemote {
  /** As ssh writes it in a known-hosts file: `host`, or `[host]:port` for a port other than 22. */
  host: string;
}

/**
 * Host of an ssh URL in either form (`ssh://user@host:port/path`, `user@host:path`), or undefined for any other
 * remote: those take no key and no ssh command at all.
 */
export function sshRemote(url: string): SshRemote | undefined {
  const [, authority] = /^(?:ssh|git\+ssh|ssh\+git):\/\/([^/]*)/i.exec(url) ?? [];
  if (authority !== undefined) {
    const [, host = '', port] = /^(?:.*@)?(\[[^\]]*\]|[^:]*)(?::(\d+))?$/.exec(authority) ?? [];
    return { host: port === undefined || port === '22' ? bare(host) : `[${bare(host)}]:${port}` };
  }
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(url)) return undefined;
  const [, host] = /^(?:[^/:]*@)?(\[[^\]]*\]|[^/:]+):/.exec(url) ?? [];
  return host === undefined ? undefined : { host: bare(host) };
}

const bare = (host: string): string => host.replace(/^\[|\]$/g, '');
