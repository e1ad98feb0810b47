import { realpath } from 'node:fs/promises';
import { join } from 'node:path';
import type { Commits, PlanSummary, Release } from '../../workflows/model.js';
import { publishedPorts } from '../compose/model.js';
import { resourceNames, resourceProblems } from '../compose/resources.js';
import { changesBetween, headCommit, isReachable } from '../git/history.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import { planRendered } from '../stack/rendered-files.js';
import { isInside } from '../stack/staged-paths.js';
import type { Checkout, StagedView } from '../stack/view.js';
import type { StackState } from '../state/index.js';
import type { Activities, DeploymentInput } from '../types.js';
import { takeBaseline } from './baseline.js';
import type { Dependencies } from './dependencies.js';
import { makePlan, type MadePlan } from './make-plan.js';
import { gitOptions, openStaged } from './open.js';
import { writeRecord, type PlanRecord } from './records.js';
import { portProblems, requireEngineAndRoom } from './preconditions.js';

const MAX_FILES = 50;
const MAX_SERVICES = 60;

/**
 * Reads the staged stack, checks all that can be checked before anything moves, and plans. Changes nothing but the folder
 * of the deployment. Throws Configuration, Blocked, EngineUnavailable or DiskFull, with every problem at once.
 */
export async function validateRelease(
  { stack: name, number, repair }: DeploymentInput & { repair: boolean },
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['validateRelease']> {
  const stack = await deps.state.stack(name);
  const view = await openStaged(stack, number, deps, step.signal);
  refuse(FAILURES.configuration, [...configurationProblems(name, view), ...(await watchProblems(stack, view))]);
  await requireEngineAndRoom(view, deps, step);

  const release = await stack.latestRelease();
  const baseline = await takeBaseline(stack, view, step, deps);
  const plan = await makePlan(
    { view, release, repair, imagesAreHere: false, sickBefore: baseline.sickBefore },
    step,
    deps,
  );
  refuse(FAILURES.configuration, [
    ...plan.problems,
    ...(await portProblems(view, publishedPorts(plan.model), plan.containers, deps, step)),
  ]);
  const existing = await deps.engine.resources(resourceNames(plan.model), { signal: step.signal });
  refuse(FAILURES.blocked, resourceProblems(plan.model, existing));

  const moves = await movesOf(view, release, deps, step);
  const record: PlanRecord = { repair, ...moves, needs: plan.needs, ...baseline, ranBefore: servicesOf(plan) };
  await writeRecord(stack, number, 'plan.json', record);
  return summarise(view, plan, moves, step, deps);
}

function configurationProblems(name: string, view: StagedView): string[] {
  const missing = view.missingRequired.map(
    (variable) => `${variable} is required (it is listed in VARS) and empty: set it in env.local.`,
  );
  return view.name === name
    ? missing
    : [
        ...missing,
        `The new commits name the compose project ${view.name}; this stack is ${name}. Containers of a renamed project would be left behind: rename it by hand (birdkeeper forget, then up).`,
      ];
}

/** A push that takes the checkout of env.local off the list could not be repaired by a push. */
async function watchProblems(stack: StackState, view: StagedView): Promise<string[]> {
  const envFile = await realpath(stack.stack.envFile ?? join(view.directory, 'env.local')).catch(() => undefined);
  const former = (await stack.lastGood())?.checkouts ?? [];
  const holder = former.find(({ dir }) => envFile !== undefined && isInside(envFile, dir));
  const unlisted = holder !== undefined && !view.checkouts.some(({ dir }) => dir === holder.dir);
  const absent = view.checkouts.filter(({ name }) => view.commits[name] === undefined);
  return [
    ...(unlisted
      ? [
          `The new commits take ${holder.dir}, which holds env.local, off AUTODEPLOY_EXTRA_REPOS: a later push there would not be seen.`,
        ]
      : []),
    ...absent.map(
      ({ dir }) =>
        `AUTODEPLOY_EXTRA_REPOS names ${dir}, which is no git checkout: clone it there, or correct the list.`,
    ),
  ];
}

function refuse(type: typeof FAILURES.configuration | typeof FAILURES.blocked, problems: readonly string[]): void {
  if (problems.length > 0) throw new StepFailure(type, problems.join('\n'));
}

type Moves = Pick<PlanRecord, 'from' | 'to' | 'back'>;

/** A rollback goes to the recorded release where that is an ancestor of what is checked out, else to what was checked out. */
async function movesOf(view: StagedView, release: Release | undefined, deps: Dependencies, step: Step): Promise<Moves> {
  const git = gitOptions(deps, step.signal);
  const moves: Moves = { from: {}, to: {}, back: {} };
  for (const { name, dir, commit } of view.staged.checkouts) {
    const head = await headCommit(dir, git);
    const recorded = release?.commits[name];
    const returns = recorded !== undefined && (await isReachable({ name, dir }, recorded, head, git));
    moves.from[name] = head;
    moves.to[name] = commit;
    moves.back[name] = returns ? recorded : head;
  }
  return moves;
}

const servicesOf = ({ containers }: MadePlan): string[] => [
  ...new Set(containers.filter(({ oneOff, state }) => !oneOff && state === 'running').map(({ service }) => service)),
];
