/** What a branch is configured to follow. */
import { Repository, type GitOptions } from './repository.js';
import { tidySubject, type Tip } from './subjects.js';

export interface Upstream {
  /** Short name, `origin/main`. */
  name: string;
  /** Full name of the remote-tracking branch. */
  ref: string;
  /** Undefined when the upstream is a branch of the same repository: nothing is to be asked. */
  remote?: string;
}

/** The branch that is checked out. */
export interface Branch {
  /** Full name, `refs/heads/main`. */
  ref: string;
  /** Undefined as well before its first commit. */
  upstream?: Upstream;
  /** Its newest commit. */
  tip?: Tip;
}

/**
 * The branch of HEAD and what it is configured to follow, also when the remote-tracking branch does not exist. Undefined
 * when HEAD is detached. One process, where the branch has a commit.
 */
export async function currentBranch(repository: Repository): Promise<Branch | undefined> {
  const format =
    '%(HEAD)%00%(refname)%00%(upstream)%00%(upstream:short)%00%(upstream:remotename)%00%(objectname)%00%(subject)';
  const output = await repository.read(['for-each-ref', `--format=${format}`, 'refs/heads']);
  const line = output.split('\n').find((candidate) => candidate.startsWith('*\0'));
  if (line !== undefined) return readBranch(line);
  const ref = await repository.line(['symbolic-ref', '--quiet', 'HEAD']);
  return ref === undefined ? undefined : { ref };
}

function readBranch(line: string): Branch {
  const [, ref = '', upstream, short, remote, commit = '', subject = ''] = line.split('\0');
  const tip = { commit, subject: tidySubject(subject) };
  if (!upstream) return { ref, tip };
  const name = short || upstream.replace(/^refs\/(remotes|heads)\//, '');
  return { ref, tip, upstream: { name, ref: upstream, ...(remote && remote !== '.' ? { remote } : {}) } };
}

/** Every address of every remote, as configured and as git uses it (`insteadOf`). */
export async function remoteUrls(dir: string, options: GitOptions): Promise<string[]> {
  const repository = await Repository.at(dir, options);
  const names = (await repository.read(['remote'])).split('\n').filter((name) => name !== '');
  const urls = await Promise.all(
    names.flatMap((name) => [
      repository.line(['config', '--get', `remote.${name}.url`]),
      repository.line(['ls-remote', '--get-url', '--end-of-options', name]),
    ]),
  );
  return [...new Set(urls.filter((url) => url !== undefined))];
}
