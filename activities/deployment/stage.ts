import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Commits } from '../../workflows/model.js';
import { currentUpstream, headCommit, isAncestor } from '../git/history.js';
import { layOut } from '../git/lay-out.js';
import { Repository } from '../git/repository.js';
import { pinnedCommit } from '../git/pin.js';
import { copyEntry } from '../git/copy-tree.js';
import { COPY_LIMITS, isSmall, showUntracked, untrackedEntries } from '../git/untracked.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import { isWithin } from '../shared/within.js';
import { planRendered, writeRendered } from '../stack/rendered-files.js';
import type { StagedBind, StagedCheckout } from '../stack/staged-paths.js';
import { pinKey } from '../stack/settings.js';
import type { Checkout, StagedView } from '../stack/view.js';
import type { StackState } from '../state/index.js';
import type { Activities, DeploymentInput } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { gitOptions, openStaged, writeStaged } from './open.js';
import { WANTED_FILE, writeRecord } from './records.js';
import { watchOf } from './watch.js';

const MAX_NAMES = 50;
/** Laying out a checkout of twenty thousand files takes some seconds on a slow disk. */
const LAY_OUT_SECONDS = 300;

/**
 * Lays the wanted commit of every checkout out beside the live one, with what git does not track shown there, and renders
 * the templates in the staged trees. No live file moves. Twice: made afresh.
 */
export async function stageRelease(
  { stack: name, number, commits }: DeploymentInput & { commits: Commits },
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['stageRelease']> {
  const stack = await deps.state.stack(name);
  // A deployment that fails in here is recorded with what it was to bring.
  await writeRecord(stack, number, WANTED_FILE, commits);
  const { checkouts, settings } = await watchOf(stack, deps, step.signal);
  const recorded = (await stack.releases()).map((release) => release.commits);
  const folder = join(await stack.deploymentFolder(number), 'staging');
  await rm(folder, { recursive: true, force: true });

  const staged = await Promise.all(
    checkouts.map((checkout) => {
      const may: May = {
        pin: settings.pins[pinKey(checkout.name)],
        recorded: recorded.flatMap((known) => known[checkout.name] ?? []),
      };
      return stageCheckout(checkout, commits[checkout.name], may, folder, step, deps);
    }),
  );
  await writeStaged(stack, number, together(staged));
  const asked = await openStaged(stack, number, deps, step.signal);
  const further = await stageFurther(asked, folder, step, deps);
  if (further.length > 0) await writeStaged(stack, number, together([...staged, ...further]));
  const all = further.length > 0 ? await openStaged(stack, number, deps, step.signal) : asked;
  const view = await stageComponents(stack, number, all, join(folder, '.components'), step, deps);
  return { checkouts: staged.length + further.length, renderedFiles: await renderStaged(view) };
}

interface StagedOne {
  checkout: StagedCheckout;
  binds: StagedBind[];
}

const together = (staged: readonly StagedOne[]) => ({
  checkouts: staged.map(({ checkout }) => checkout),
  binds: staged.flatMap(({ binds }) => binds),
});

/** Checkouts that the wanted commits name and the live side does not yet: as they are, since nobody asked their remotes. */
async function stageFurther(
  { checkouts, commits, staged }: StagedView,
  folder: string,
  step: Step,
  deps: Dependencies,
): Promise<StagedOne[]> {
  const further = checkouts.filter(({ dir }) => staged.checkouts.every((known) => known.dir !== dir));
  return Promise.all(
    further.flatMap((checkout) => {
      const commit = commits[checkout.name];
      // One that cannot be read is told by the look at it.
      if (commit === undefined) return [];
      return stageCheckout(checkout, commit, { pin: undefined, recorded: [] }, folder, step, deps);
    }),
  );
}

async function stageCheckout(
  checkout: Checkout,
  commit: string | undefined,
  may: May,
  folder: string,
  step: Step,
  deps: Dependencies,
): Promise<StagedOne> {
  const git = gitOptions(deps, step.signal, LAY_OUT_SECONDS);
  if (commit === undefined) {
    throw new StepFailure(
      FAILURES.badInput,
      `No commit was named for checkout ${checkout.name}; the list of checkouts changed. The next look starts afresh.`,
    );
  }
  await requireReachable(checkout, commit, may, step, deps);
  const tree = join(folder, checkout.name);
  await layOut({ ...git, checkout, commit, target: tree });
  const entries = await untrackedEntries(checkout, git);
  const { binds, collisions } = await showUntracked({ ...git, checkout, entries, target: tree });
  if (collisions.length > 0) {
    throw new StepFailure(
      FAILURES.blocked,
      `${checkout.name}: the new commit brings files at places where untracked ones lie (${collisions.slice(0, 10).join(', ')}). Move them away; the next look deploys.`,
    );
  }
  // As on the live side, a file can find the root of its checkout. It is no repository: git passes it by.
  await mkdir(join(tree, '.git'), { recursive: true });
  return { checkout: { ...checkout, tree, commit }, binds };
}

/** What else than its upstream a checkout may be brought to. */
interface May {
  pin: string | undefined;
  /** Commits of recorded releases: a rollback by hand goes there, also after the upstream was rewritten. */
  recorded: string[];
}

/**
 * A commit in an input is only ever one that the checkout has, that its configured upstream leads to, that its pin names or
 * that was deployed before.
 */
async function requireReachable(
  { name, dir }: Checkout,
  commit: string,
  { pin, recorded }: May,
  step: Step,
  deps: Dependencies,
): Promise<void> {
  const git = gitOptions(deps, step.signal);
  if (commit === (await headCommit(dir, git))) return;
  const repository = await Repository.at(dir, git);
  if (recorded.includes(commit)) return;
  if (pin !== undefined && (await pinnedCommit(repository, pin)) === commit) return;
  const upstream = await currentUpstream(repository);
  if (upstream !== undefined && (await isAncestor(repository, commit, upstream))) return;
  throw new StepFailure(
    FAILURES.badInput,
    `Commit ${commit.slice(0, 12)} of ${name} is not on the upstream that the checkout follows.`,
  );
}

/** What is rendered into a component that lies in no checkout of the stack has a place, too: a copy of the component. */
async function stageComponents(
  stack: StackState,
  number: number,
  view: StagedView,
  folder: string,
  step: Step,
  deps: Dependencies,
): Promise<StagedView> {
  const { staged } = view;
  const rendered = view.rendered.map(({ path }) => view.locate(path));
  const outside = view.components
    .map((component) => view.locate(component))
    .filter((dir) => !staged.checkouts.some((of) => isWithin(dir, of.dir) || isWithin(dir, of.tree)))
    .filter((dir) => rendered.some((path) => isWithin(path, dir)));
  if (outside.length === 0) return view;
  const components = await Promise.all(
    outside.map(async (dir, at) => {
      if (!(await isSmall(dir, COPY_LIMITS))) {
        throw new StepFailure(
          FAILURES.configuration,
          `Component ${dir} has templates, lies in no checkout of the stack and is too large to stage. Keep templates apart from data.`,
        );
      }
      const tree = join(folder, String(at));
      await mkdir(folder, { recursive: true });
      await copyEntry(dir, tree);
      return { dir, tree };
    }),
  );
  await writeStaged(stack, number, { ...staged, components });
  return openStaged(stack, number, deps, step.signal);
}

async function renderStaged(view: StagedView): Promise<string[]> {
  const changes = await planRendered(view);
  const { notShown } = await writeRendered(view);
  if (notShown.length > 0) {
    throw new StepFailure(
      FAILURES.configuration,
      `These rendered files lie in directories that are too large to stage: ${notShown.slice(0, 5).join(', ')}. Keep templates apart from data.`,
    );
  }
  return changes.map(({ path }) => path).slice(0, MAX_NAMES);
}
