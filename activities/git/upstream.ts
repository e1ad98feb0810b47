/** What a branch is configured to follow. */
import { Repository, type GitOptions } from './repository.js';

export interface Upstream {
  /** Short name, `origin/main`. */
  name: string;
  /** Full name of the remote-tracking branch. */
  ref: string;
  /** Undefined when the upstream is a branch of the same repository: nothing is to be asked. */
  remote?: string;
}

/** What the branch is configured to follow; also when the remote-tracking branch does not exist. */
export async function upstreamOf(repository: Repository, branchRef: string): Promise<Upstream | undefined> {
  const format = '%(refname)%00%(upstream)%00%(upstream:short)%00%(upstream:remotename)';
  const output = await repository.read(['for-each-ref', `--format=${format}`, branchRef]);
  const line = output.split('\n').find((candidate) => candidate.startsWith(`${branchRef}\0`)) ?? '';
  const [, ref, short, remote] = line.split('\0');
  if (!ref) return undefined;
  const name = short || ref.replace(/^refs\/(remotes|heads)\//, '');
  return { name, ref, ...(remote && remote !== '.' ? { remote } : {}) };
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
