/** Which commits of a checkout are a person's own: nowhere else, so that nothing may take the branch away from them. */
import { PIN_GLOB } from './pin.js';
import type { Repository } from './repository.js';

export interface Followed {
  /** Full name of the upstream's ref, where the branch has one. */
  upstream?: string | undefined;
  /** Commit that is followed or moved to. */
  commit: string;
  detached: boolean;
}

/**
 * How many commits of `head` neither the commit nor the upstream has, nor had when it was rewritten, nor any pin. A
 * detached HEAD follows no branch in particular: there every remote and every tag counts.
 */
export async function ownCommits(repository: Repository, head: string, followed: Followed): Promise<number> {
  const { upstream, commit, detached } = followed;
  const there = upstream === undefined ? undefined : await commitOf(repository, upstream);
  const elsewhere = [commit, ...(there === undefined ? [] : [there]), ...(detached ? ['--remotes', '--tags'] : [])];
  const args = ['rev-list', '--count', head, '--not', ...elsewhere, `--glob=${PIN_GLOB}`];
  const count = Number((await repository.read(args)).trim());
  if (count === 0 || upstream === undefined || there === undefined) return count;
  return (await wasUpstream(repository, upstream, head)) ? 0 : count;
}

/** Whether the upstream once stood at that commit, by its reflog: what it lost since was rewritten. */
export async function wasUpstream(repository: Repository, upstream: string, commit: string): Promise<boolean> {
  return (await repository.line(['merge-base', '--fork-point', upstream, commit])) === commit;
}

export const commitOf = (repository: Repository, ref: string): Promise<string | undefined> =>
  repository.line(['rev-parse', '--quiet', '--verify', `${ref}^{commit}`]);
