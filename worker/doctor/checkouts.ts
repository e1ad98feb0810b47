/** The checkouts of the stack as they lie here; no remote is asked. */
import { observeCheckout } from '../../activities/git/observe.js';
import { StateDirectory } from '../../activities/state/index.js';
import { fail, ok, warn } from '../../client/doctor/findings.js';
import type { Check } from '../../client/doctor/run-checks.js';
import type { Finding } from '../../client/schemas.js';
import type { CheckoutObservation } from '../../workflows/model.js';
import type { DoctorContext } from './context.js';

const GIT_MS = 8_000;

export const checkouts: Check<DoctorContext> = {
  name: 'checkouts',
  limitMs: 25_000,
  async run(context, signal) {
    const watched = await context.watched();
    if (watched.checkouts.length === 0) return [ok('checkouts', 'the stack lies in none')];
    const rendered = await renderedPaths(context);
    const environment = context.host.childEnvironment;
    const seen = await Promise.all(
      watched.checkouts.map((checkout) =>
        observeCheckout({
          checkout,
          fetch: false,
          keys: watched.keys,
          rendered,
          signal,
          timeoutMs: GIT_MS,
          environment,
        }),
      ),
    );
    return seen.map(judgeCheckout);
  },
};

/** Untracked files of ours are no local change; a record that cannot be read has its own check. */
async function renderedPaths({ options: { stateDirectory, stack } }: DoctorContext): Promise<string[]> {
  if (stack === undefined) return [];
  try {
    return await (await new StateDirectory(stateDirectory).stack(stack)).renderedPaths();
  } catch {
    return [];
  }
}

/** Pure. */
export function judgeCheckout(seen: CheckoutObservation): Finding {
  const what = `checkout ${seen.name}`;
  const { word, dir } = seen;
  switch (word) {
    case 'up to date':
    case 'behind':
    case 'ahead':
      return ok(what, `${word}, by what is here`);
    case 'dirty':
      return fail(what, `dirty: ${(seen.files ?? []).slice(0, 5).join(', ')}`, `Commit or undo: git -C ${dir} status`);
    case 'diverged':
      return fail(what, 'diverged: it has commits that its upstream lacks, and lacks some', `Rebase or reset ${dir}.`);
    case 'detached':
      return fail(what, 'detached: it is on no branch', `Switch to the branch to follow: git -C ${dir} switch BRANCH`);
    case 'no upstream':
    case 'upstream gone':
      return fail(what, word, `Say what it follows: git -C ${dir} branch --set-upstream-to=origin/BRANCH`);
    case 'not a repository':
    case 'missing':
      return fail(what, `${word}: ${seen.error ?? dir}`, 'Clone it, or correct AUTODEPLOY_EXTRA_REPOS.');
    case 'unreachable':
      return warn(what, seen.error ?? word);
  }
}
