import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseOf } from '../../../../activities/deployment/conclude.js';
import { makePlan } from '../../../../activities/deployment/make-plan.js';
import { gitOptions, openLive, openStaged, readStaged } from '../../../../activities/deployment/open.js';
import { headCommit } from '../../../../activities/git/history.js';
import { repositoryRoot } from '../../../../activities/git/root.js';
import { openStagedView, watchedSettings, type StackView } from '../../../../activities/stack/index.js';
import { decideStack } from '../../../../workflows/check-stack/decide.js';
import { createWorld, envLocal, type World } from '../../../support/world/index.js';
import { pushes } from '../edits.js';
import { inProcess, type InProcess } from '../in-process.js';

const SEED = 20_270_301;
const ROUNDS = 4;
const LONG = 240_000;
let world: World;
let here: InProcess;
let number = 0;

beforeAll(async () => {
  world = await createWorld({ name: 'mapped' });
  here = await inProcess(world);
  const view = await openLive(here.stack, here.deps, here.step.signal);
  const { wanted } = await planOf(view);
  await here.stack.recordRelease(releaseOf(0, view, wanted, []));
  await here.stack.setLastGood({ ...watchedSettings(view), logDir: view.settings.logDir });
}, LONG);
afterAll(() => world.destroy());

async function planOf(view: StackView) {
  const { deps, step, stack } = here;
  return makePlan({ view, release: await stack.latestRelease(), repair: false, imagesAreHere: false }, step, deps);
}

async function openMapped(): Promise<StackView> {
  const { deps, stack, step } = here;
  const git = gitOptions(deps, step.signal);
  return openStagedView(stack.stack, await readStaged(stack, number), {
    env: { ...deps.environment },
    signal: step.signal,
    repositoryRoot: (dir) => repositoryRoot(dir, git),
    headCommit: (dir) => headCommit(dir, git),
    mountNamespaces: false,
  });
}

describe('activities/stack/mapped-place', () => {
  it(
    'a stack that was staged by git gives the same plan by mapped paths as through a mount namespace',
    async () => {
      const { activities, deps, stack, step } = here;
      const seen = new Set<string>();
      await fc.assert(
        fc.asyncProperty(pushes, async ({ platform, settings }) => {
          number += 1;
          await world.push('platform', { ...platform, CHANGES: `push ${number}\n` }, `Push ${number}`);
          const { 'env.local': text } = envLocal({ ...world.parts.settings, extra: settings });
          await world.push('private', { 'env.local': `${text}# ${number}\n` }, `Push ${number}`);
          const input = { stack: stack.name, number };
          const { wanted } = decideStack(await activities.observeStack({ ...input, fetch: true }, step));
          await activities.stageRelease({ ...input, commits: wanted }, step);
          const shown = await planOf(await openStaged(stack, number, deps, step.signal));
          const mapped = await planOf(await openMapped());
          for (const { action } of shown.decisions) seen.add(action);
          expect(mapped).toEqual(shown);
        }),
        { seed: SEED, numRuns: ROUNDS, endOnFailure: true },
      );
      expect(seen.size).toBeGreaterThan(1);
    },
    LONG,
  );
});
