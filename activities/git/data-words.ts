/** What git is told about the clones of the data job. Pure. */

/** The name of the remote that has the whole address; it is in the environment of one call and nowhere else. */
const REMOTE = 'birdkeeper';

/** Users of http addresses are tokens as often as not, so they go too; the user of an ssh address is no secret. */
export function withoutCredentials(url: string): string {
  const [, scheme = '', authority = '', rest = ''] = /^([a-z][a-z0-9+.-]*:\/\/)([^/?#]*)(.*)$/is.exec(url) ?? [];
  const at = authority.lastIndexOf('@');
  if (at < 0) return url;
  const [user] = authority.slice(0, at).split(':');
  return `${scheme}${/ssh/i.test(scheme) && user ? `${user}@` : ''}${authority.slice(at + 1)}${rest}`;
}

/** Everybody on the host can read a command line, and the configuration of the clone: so the address goes by the environment. */
export const addressEnvironment = (url: string): Record<string, string> => ({
  GIT_CONFIG_COUNT: '1',
  GIT_CONFIG_KEY_0: `remote.${REMOTE}.url`,
  GIT_CONFIG_VALUE_0: url,
});

const HEAD_REF = 'refs/birdkeeper/head';
const HEAD_NAMES = ['HEAD', 'origin', 'origin/HEAD'];

/** The remote's HEAD only when it is asked for: it may name a branch that is not there. */
export const fetchDataArgs = (branch: string): string[] => [
  'fetch',
  '--quiet',
  '--prune',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-auto-maintenance',
  '--no-recurse-submodules',
  REMOTE,
  '+refs/heads/*:refs/remotes/origin/*',
  '+refs/tags/*:refs/tags/*',
  ...(HEAD_NAMES.includes(branch) ? [`+HEAD:${HEAD_REF}`] : []),
];

/**
 * Names under which the branch is looked for, the first that there is. A branch of the clone's own would never move again, so
 * a name without its remote is a branch of the remote all the same.
 */
export function revisionsOf(branch: string): string[] {
  if (HEAD_NAMES.includes(branch)) return [HEAD_REF];
  const name = branch.replace(/^(?:refs\/)?(?:remotes\/origin|heads)\//, '');
  const named = name.startsWith('origin/') ? [`refs/remotes/${name}`] : [];
  return [...named, `refs/remotes/origin/${name}`, `refs/tags/${name}`, branch];
}

/** Whether what was found is a branch that was named without its remote. */
export const isLocalName = (revision: string, branch: string): boolean =>
  revision.startsWith('refs/remotes/') && !/^(?:(?:refs\/)?remotes\/)?origin\//.test(branch);

/** A branch of the clone's own, left by whoever made it: what it names is as old as the clone. */
export const staleNameOf = (branch: string): string => `refs/heads/${branch}`;
