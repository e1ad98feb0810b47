import { rm } from 'node:fs/promises';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { releaseOf } from '../../../activities/deployment/conclude.js';
import { makePlan } from '../../../activities/deployment/make-plan.js';
import { gitOptions, openLive, openStaged, readStaged } from '../../../activities/deployment/open.js';
import { headCommit } from '../../../activities/git/history.js';
import { repositoryRoot } from '../../../activities/git/root.js';
import { openStagedView, watchedSettings } from '../../../activities/stack/index.js';
import type { StackView } from '../../../activities/stack/view.js';
import { decideStack } from '../../../workflows/check-stack/decide.js';
import { FAILURES } from '../../../workflows/contract.js';
import { createWorld, envLocal, readerConfiguration, type World } from '../../support/world/index.js';
import { pushes, type Push } from './edits.js';
import { inProcess, type InProcess } from './in-process.js';

const SEED = 20_261_126;
const ROUNDS = 4;
const LONG = 240_000;

let world: World;
let here: InProcess;
let number = 0;

beforeAll(async () => {
  world = await createWorld({ name: 'plans' });
  here = await inProcess(world);
  const view = await openLive(here.stack, here.deps, here.step.signal);
  const { wanted } = await planOf(view);
  await here.stack.recordRelease(releaseOf(0, view, wanted, []));
  await here.stack.setLastGood({ ...watchedSettings(view), logDir: view.settings.logDir });
}, LONG);
afterAll(() => world.destroy());

const input = () => ({ stack: here.stack.name, number });

async function planOf(view: StackView) {
  const { deps, step, stack } = here;
  const release = await stack.latestRelease();
  return makePlan({ view, release, repair: false, imagesAreHere: false }, step, deps);
}

async function push({ platform, settings }: Push): Promise<void> {
  await world.push('platform', { ...platform, CHANGES: `push ${number}\n` }, `Push ${number}`);
  const { 'env.local': text } = envLocal({ ...world.parts.settings, extra: settings });
  await world.push('private', { 'env.local': `${text}# ${number}\n` }, `Push ${number}`);
}

const look = async () => decideStack(await here.activities.observeStack({ ...input(), fetch: true }, here.step));

async function prepare() {
  const { activities, step } = here;
  const { wanted } = await look();
  await activities.stageRelease({ ...input(), commits: wanted }, step);
  return activities.validateRelease({ ...input(), repair: false }, step);
}

describe('activities/index', () => {
  describe('the plan', () => {
    const seen = new Set<string>();

    /** The staged stack as a kernel without mount namespaces shows it. */
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

    async function plans(): Promise<{ staged: unknown; mapped: unknown; live: unknown }> {
      const { activities, deps, stack, step } = here;
      await prepare();
      const staged = await planOf(await openStaged(stack, number, deps, step.signal));
      const mapped = await planOf(await openMapped());
      await activities.advanceCheckouts(input(), step);
      const view = await openLive(stack, deps, step.signal);
      const live = await planOf(view);
      await stack.recordRelease(releaseOf(number, view, live.wanted, []));
      await stack.clearIntent();
      await rm(await stack.deploymentFolder(number), { recursive: true });
      for (const { action } of live.decisions) seen.add(action);
      return { staged, mapped, live };
    }

    it(
      'a staged stack, by mapped paths or through a mount namespace, and the live one after advance give the same plan',
      async () => {
        await fc.assert(
          fc.asyncProperty(pushes, async (pushed) => {
            number += 1;
            await push(pushed);
            const { staged, mapped, live } = await plans();
            expect(mapped).toEqual(staged);
            expect(staged).toEqual(live);
          }),
          { seed: SEED, numRuns: ROUNDS, endOnFailure: true },
        );
        expect([...seen].sort()).toEqual(['nothing', 'recreate', 'restart']);
      },
      LONG,
    );
  });

  describe('validate', () => {
    it(
      'refuses a push that takes the checkout of env.local off the list: no later push could mend it',
      async () => {
        number += 1;
        const heads = await world.checkedOut();
        await push({ platform: {}, settings: ["export AUTODEPLOY_EXTRA_REPOS=''"] });
        await expect(prepare()).rejects.toMatchObject({
          type: FAILURES.configuration,
          message: expect.stringContaining(
            `take ${world.parts.checkouts.private}, which holds env.local, off`,
          ) as string,
        });
        expect(await world.checkedOut()).toEqual(heads);

        number += 1;
        await push({ platform: {}, settings: [] });
        await prepare();
      },
      LONG,
    );
  });

  describe('the plan that is shown', () => {
    it('names what it warns of without the secrets in it', { timeout: LONG }, async () => {
      number += 1;
      const settings = [
        "export LATE_PASSWORD='hunter-two'",
        'export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ./components/$LATE_PASSWORD"',
      ];
      await push({ platform: {}, settings });
      const { warnings } = await prepare();
      expect(warnings.join('\n')).toMatch(/Component directory \S*redacted\S* \(in \S+\) does not exist/);
      expect(warnings.join('\n')).not.toContain('hunter-two');
    });
  });

  describe('observe', () => {
    it(
      'a deployment that is gone after advance is begun again without a new commit',
      async () => {
        number += 1;
        await push({ platform: readerConfiguration('the last word'), settings: [] });
        await prepare();
        await here.activities.advanceCheckouts(input(), here.step);
        const gone = number;
        const moved = await world.checkedOut();

        number += 1;
        expect(await look()).toMatchObject({ word: 'drifted', deploys: true, repair: true, wanted: moved });
        await here.activities.beginDeployment({ ...input(), trigger: 'check', reason: 'test' }, here.step);
        expect(await look()).toMatchObject({ deploys: true, reason: expect.stringContaining(String(gone)) as string });
        await prepare();
        await here.activities.advanceCheckouts(input(), here.step);
        expect(await world.checkedOut()).toEqual(moved);
      },
      LONG,
    );
  });

  describe('conclude', () => {
    const conclude = () =>
      here.activities.concludeDeployment(
        {
          ...input(),
          outcome: 'cancelled',
          phase: 'stage',
          message: 'cancelled by a person before anything moved',
          trigger: 'asked',
          reason: 'test',
          startedAt: new Date().toISOString(),
          quarantine: true,
        },
        here.step,
      );

    it(
      'holds back a release that was cancelled before it was planned, and never the one that is deployed',
      async () => {
        const { activities, stack, step } = here;
        await stack.clearIntent();
        number += 1;
        await push({ platform: {}, settings: [] });
        const { wanted } = await look();
        await activities.stageRelease({ ...input(), commits: wanted }, step);
        await conclude();
        expect(await look()).toMatchObject({
          word: 'quarantined',
          deploys: false,
          reason: expect.stringContaining('cancelled by a person') as string,
        });

        const release = await stack.latestRelease();
        if (release) await stack.recordRelease({ ...release, number, commits: wanted });
        await stack.setQuarantined([]);
        await conclude();
        expect(await stack.quarantined()).toEqual([]);
      },
      LONG,
    );
  });
});
