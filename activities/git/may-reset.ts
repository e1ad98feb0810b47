/** Whether a checkout may be taken to a commit that is no descendant of what it has. */
import { FAILURES, StepFailure } from '../shared/failures.js';
import { currentUpstream, isAncestor } from './history.js';
import { commitOf, ownCommits, wasUpstream } from './own-commits.js';
import { pinnedCommit } from './pin.js';
import type { Repository } from './repository.js';

export interface Reset {
  readonly from: string;
  readonly to: string;
  readonly pin?: string | undefined;
  /** Commits that were deployed here before: a rollback by hand goes there, also after the upstream was rewritten. */
  readonly recorded?: readonly string[] | undefined;
}

/**
 * `to` must be a recorded commit, that of the pin, the upstream's after it was rewritten, or an ancestor of `from`: BadInput otherwise.
 * Throws Blocked when `from` holds commits of a person's, which the branch would lose.
 */
export async function requireMayReset(repository: Repository, reset: Reset): Promise<void> {
  const { from, to } = reset;
  const upstream = await currentUpstream(repository);
  if (!(await leadsTo(repository, reset, upstream))) {
    throw new StepFailure(
      FAILURES.badInput,
      `${repository.dir}: ${to} is neither what its pin names, nor where its upstream was rewritten to, nor an ancestor of ${from}, so it is not deployed`,
    );
  }
  const detached = (await repository.line(['symbolic-ref', '--quiet', 'HEAD'])) === undefined;
  const own = await ownCommits(repository, from, { upstream, commit: to, detached });
  if (own === 0) return;
  throw new StepFailure(
    FAILURES.blocked,
    `${repository.dir} is left as it is: commits that are nowhere else (${own}) would be lost from it. Push them or give them a branch; the deployment goes on by itself at the next look`,
  );
}

async function leadsTo(
  repository: Repository,
  { from, to, pin, recorded = [] }: Reset,
  upstream?: string,
): Promise<boolean> {
  if (recorded.includes(to)) return true;
  if (pin !== undefined && (await pinnedCommit(repository, pin)) === to) return true;
  if (await isAncestor(repository, to, from)) return true;
  if (upstream === undefined || (await commitOf(repository, upstream)) !== to) return false;
  return wasUpstream(repository, upstream, from);
}
