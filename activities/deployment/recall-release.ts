import { sameCommits } from '../../workflows/check-stack/decide.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { Release } from '../../workflows/model.js';
import type { StackState } from '../state/index.js';
import type { Activities } from '../types.js';
import type { Dependencies } from './dependencies.js';

/** Throws NotFound, with what can be had, when that release is not kept. */
export async function recallRelease(
  { stack: name, release: wanted }: Parameters<Activities['recallRelease']>[0],
  _step: Step,
  deps: Dependencies,
): ReturnType<Activities['recallRelease']> {
  const { number, commits } = await releaseOf(await deps.state.stack(name), wanted);
  return { release: number, commits };
}

/** A kept release by its number; a negative one counts back from the deployed release. */
export async function releaseOf(stack: StackState, wanted: number): Promise<Release> {
  const releases = await stack.releases();
  const found = wanted < 0 ? await previous(stack, releases) : releases.find(({ number }) => number === wanted);
  if (found) return found;
  const others = releases.slice(0, -1).map(({ number }) => number);
  const there = others.length === 0 ? 'none is recorded' : `there are: ${others.join(', ')}`;
  const what = wanted < 0 ? `a release before the deployed one` : `release ${wanted}`;
  throw new StepFailure(FAILURES.notFound, `${name(stack)} has no record of ${what} (${there}).`);
}

/** The newest that brings other commits than the deployed one and was not found bad since. */
async function previous(stack: StackState, releases: readonly Release[]): Promise<Release | undefined> {
  const deployed = releases.at(-1);
  const bad = await stack.quarantined();
  return releases.findLast(
    ({ commits }) =>
      deployed !== undefined &&
      !sameCommits(commits, deployed.commits) &&
      !bad.some((release) => sameCommits(release.commits, commits)),
  );
}

const name = (stack: StackState): string => `Stack ${stack.name}`;
