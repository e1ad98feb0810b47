import { sameCommits } from '../../workflows/check-stack/decide.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { Commits, Release } from '../../workflows/model.js';
import type { StackState } from '../state/index.js';
import type { Activities } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { lookWithoutFetch } from './observe.js';
import { headsOf } from './watch.js';

/** Throws NotFound, with what can be had, when that release is not kept. */
export async function recallRelease(
  { stack: name, release: wanted }: Parameters<Activities['recallRelease']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['recallRelease']> {
  const stack = await deps.state.stack(name);
  const heads = wanted < 0 ? headsOf(await lookWithoutFetch(stack, step, deps)) : {};
  const { number, commits } = await releaseOf(stack, wanted, heads);
  return { release: number, commits };
}

/** A kept release by its number; negative: the newest one that is not what is checked out (`heads`). */
export async function releaseOf(stack: StackState, wanted: number, heads: Commits = {}): Promise<Release> {
  const releases = await stack.releases();
  const found = wanted < 0 ? await previous(stack, releases, heads) : releases.find(({ number }) => number === wanted);
  if (found) return found;
  const others = releases.slice(0, -1).map(({ number }) => number);
  const there = others.length === 0 ? 'none is recorded' : `there are: ${others.join(', ')}`;
  const what = wanted < 0 ? `a release before the deployed one` : `release ${wanted}`;
  throw new StepFailure(FAILURES.notFound, `${name(stack)} has no record of ${what} (${there}).`);
}

/**
 * The newest that brings other commits than those that are checked out and was not found bad since. After a rollback that
 * was withheld or failed that is the recorded release itself.
 */
async function previous(stack: StackState, releases: readonly Release[], heads: Commits): Promise<Release | undefined> {
  const bad = await stack.quarantined();
  return releases.findLast(
    ({ commits }) => !sameCommits(commits, heads) && !bad.some((release) => sameCommits(release.commits, commits)),
  );
}

const name = (stack: StackState): string => `Stack ${stack.name}`;
