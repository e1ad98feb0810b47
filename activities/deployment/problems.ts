/** What is wrong with a staged stack, a sentence each, before anything moves. */
import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import { headCommit } from '../git/history.js';
import { unfollowed } from '../git/unfollowed.js';
import type { Step } from '../shared/step.js';
import { onHost } from '../shared/mounts.js';
import { isWithin } from '../shared/within.js';
import type { StagedView } from '../stack/view.js';
import type { StackState } from '../state/index.js';
import { birdErrors } from './bird-settings.js';
import type { Dependencies } from './dependencies.js';
import { gitOptions } from './open.js';

/** All that can be said without Compose and engine. */
export async function problemsOf(
  stack: StackState,
  view: StagedView,
  step: Step,
  deps: Dependencies,
): Promise<string[]> {
  const git = gitOptions(deps, step.signal);
  const notFollowed = await Promise.all(
    view.staged.checkouts.map(async ({ name, dir, commit }) =>
      commit === (await headCommit(dir, git)) ? [] : unfollowed({ ...git, checkout: { name, dir }, commit }),
    ),
  );
  return [
    ...configurationProblems(stack.name, view),
    ...(await watchProblems(stack, view, step, deps)),
    ...notFollowed.flat(),
  ];
}

function configurationProblems(name: string, view: StagedView): string[] {
  const missing = view.missingRequired.map(
    (variable) => `${variable} is required (it is listed in VARS) and empty: set it in env.local.`,
  );
  const told = [...missing, ...view.refusals];
  const wrong = [...told, ...birdErrors(view, told)];
  return view.name === name
    ? wrong
    : [
        ...wrong,
        `The new commits name the compose project ${view.name}; this stack is ${name}. Containers of a renamed project would be left behind: rename it by hand (birdkeeper forget, then up).`,
      ];
}

/** A push that takes the checkout of env.local off the list could not be repaired by a push. */
async function watchProblems(stack: StackState, view: StagedView, step: Step, deps: Dependencies): Promise<string[]> {
  const envFile = await realpath(stack.stack.envFile ?? join(view.directory, 'env.local')).catch(() => undefined);
  const former = (await stack.lastGood())?.checkouts ?? [];
  const holder = former.find(({ dir }) => envFile !== undefined && isWithin(envFile, dir));
  const unlisted = holder !== undefined && !view.checkouts.some(({ dir }) => dir === holder.dir);
  const absent = view.checkouts.filter(({ name }) => view.commits[name] === undefined);
  // What our container does not mount cannot be seen. This deployment mounts it; then the new worker looks.
  const container = absent.length === 0 ? undefined : await deps.engine.ownContainer({ signal: step.signal });
  const wrong = absent.filter(({ dir }) => container === undefined || onHost(dir, container.mounts) !== undefined);
  return [
    ...(unlisted
      ? [
          `The new commits take ${holder.dir}, which holds env.local, off AUTODEPLOY_EXTRA_REPOS: a later push there would not be seen.`,
        ]
      : []),
    ...wrong.map(
      ({ dir }) =>
        `AUTODEPLOY_EXTRA_REPOS names ${dir}, which is no git checkout: clone it there, or correct the list.`,
    ),
  ];
}
