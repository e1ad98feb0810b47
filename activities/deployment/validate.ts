import type { Activities } from '../types.js';
import { autodeployProblem } from '../compose/former-scheduler.js';
import { containerNames, publishedPorts } from '../compose/model.js';
import { declaredServices } from '../compose/read.js';
import { resourceNames, resourceProblems } from '../compose/resources.js';
import { undeclaredServices } from '../components/declared-services.js';
import type { Component } from '../components/read.js';
import { findHooks } from '../components/hooks.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { StagedView } from '../stack/view.js';
import type { StackState } from '../state/index.js';
import { takeBaseline } from './baseline.js';
import { interruptedBy } from './busy.js';
import { componentsOf } from './components.js';
import type { Dependencies } from './dependencies.js';
import { newVariables } from './example.js';
import { plannedFollowUps } from './follow-ups.js';
import { makePlan, type MadePlan } from './make-plan.js';
import { movesOf } from './moves.js';
import { openStagedProject, redactorOf } from './open.js';
import { releaseImages } from './pins.js';
import { withPlatformSteps } from './platform-steps.js';
import { backsUpFor, waitingFor } from './policy.js';
import { nameProblems, portProblems, requireEngineAndRoom } from './preconditions.js';
import { problemsOf } from './problems.js';
import { writeRecord } from './records.js';
import { summarise } from './summarise.js';
import { watchOf } from './watch.js';

type Input = Parameters<Activities['validateRelease']>[0];

/**
 * Reads the staged stack, checks all that can be checked before anything moves, and plans. Changes nothing but the folder
 * of the deployment. Throws Configuration, Blocked, EngineUnavailable or DiskFull, with every problem at once.
 */
export async function validateRelease(
  input: Input,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['validateRelease']> {
  const { stack: name, number, repair, skip = false, release } = input;
  const stack = await deps.state.stack(name);
  const view = await openStagedProject(stack, number, deps, step.signal);
  refuse(FAILURES.configuration, await problemsOf(stack, view, step, deps));
  const components = await componentsOf(view);
  const { hooks, warnings } = await findHooks(components, view);
  await requireEngineAndRoom(view, deps, step);

  const deployed = await stack.latestRelease();
  const { lost, ...baseline } = await takeBaseline({ stack, number, view }, step, deps);
  const plan = await checkedPlan({ ...input, view, stack, sickBefore: baseline.sickBefore }, step, deps);
  const planned = withPlatformSteps(hooks, new Set(Object.keys(plan.model.services)), view);
  const { settings: rules } = await watchOf(stack, deps, step.signal);
  const moves = await movesOf(view, deployed, rules.pins, step, deps);
  const touched = skip ? [] : interruptedServices(plan);
  const busy = await interruptedBy(stack, touched, step, deps);
  const gained = await newVariables(view, deployed, step, deps);
  const changed = [
    ...plan.decisions.filter(({ action }) => action !== 'nothing').map(({ service }) => service),
    ...plan.removed,
  ];
  const followUps = skip ? [] : await plannedFollowUps(stack, components, view, changed);
  const summary = {
    ...(await summarise(view, skip ? untouched(plan) : plan, moves, step, deps)),
    ...(skip ? { skipped: true } : {}),
    ...(planned.length === 0 || skip ? {} : { hooks: planned }),
    ...(followUps.length === 0 ? {} : { followUps }),
    ...(gained.length === 0 ? {} : { newVariables: gained }),
    // Empty: nobody works now, and it is asked again before anything moves.
    ...(busy.asked ? { interrupts: busy.interrupts } : {}),
  };
  const waiting = skip ? {} : waitingFor(summary, moves.to, view.settings, new Date());
  await writeRecord(stack, number, 'plan.json', {
    ...{ repair, skip, ...moves, needs: plan.needs, ...baseline, ranBefore: [...servicesOf(plan), ...lost], touched },
    moved: Object.fromEntries(plan.moved.map(({ reference, digest }) => [reference, digest])),
    ...(release === undefined ? {} : { release }),
    ...waiting,
  });
  const slips = await slipsOf(components, plan, view, step);
  const said = [...summary.warnings, ...slips, ...warnings, ...busy.warnings];
  const backsUp = !skip && backsUpFor(summary, view.settings) ? { backsUp: true } : {};
  return { ...summary, ...waiting, ...backsUp, warnings: said.map(redactorOf(view)) };
}

/** Compose is asked for what no profile enables only when a name is not in the model. */
async function slipsOf(
  components: readonly Component[],
  { model }: MadePlan,
  view: StagedView,
  step: Step,
): Promise<string[]> {
  if (undeclaredServices(components, Object.keys(model.services)).length === 0) return [];
  return undeclaredServices(
    components,
    await declaredServices(view, { signal: step.signal, redact: redactorOf(view) }),
  );
}

type Checking = Omit<Input, 'stack'> & { view: StagedView; stack: StackState; sickBefore: readonly string[] };

/** The plan, when nothing speaks against it. */
async function checkedPlan(
  { view, stack, repair, release, sickBefore }: Checking,
  step: Step,
  deps: Dependencies,
): Promise<MadePlan> {
  const pins = await releaseImages(stack, release);
  // Who goes back to a release wants the images of that time.
  const followTags = view.settings.pull === 'always' && release === undefined;
  const plan = await makePlan(
    { view, release: await stack.latestRelease(), repair, imagesAreHere: false, sickBefore, pins, followTags },
    step,
    deps,
  );
  refuse(FAILURES.configuration, [
    ...plan.problems,
    ...besideAutodeploy(view, plan),
    ...(await nameProblems(view, containerNames(plan.model), deps, step)),
    ...(await portProblems(view, publishedPorts(plan.model), plan.containers, deps, step)),
  ]);
  const existing = await deps.engine.resources(resourceNames(plan.model), { signal: step.signal });
  refuse(FAILURES.blocked, resourceProblems(plan.model, existing));
  return plan;
}

function besideAutodeploy({ settings }: StagedView, { model }: MadePlan): string[] {
  const problem = settings.besideAutodeploy ? undefined : autodeployProblem(model.services);
  return problem === undefined ? [] : [problem];
}

/** A signal interrupts nobody. */
const interruptedServices = ({ decisions, removed }: MadePlan): string[] => [
  ...decisions.filter(({ action }) => action === 'restart' || action === 'recreate').map(({ service }) => service),
  ...removed,
];

/** The conditional triggers said no: whatever differs stays as it runs until a later deployment. */
const untouched = (plan: MadePlan): MadePlan => ({
  ...plan,
  decisions: plan.decisions.map((decision) => ({ ...decision, action: 'nothing' })),
  ...{ removed: [], irreversible: [], manualRollback: [], needs: [] },
});

function refuse(type: typeof FAILURES.configuration | typeof FAILURES.blocked, problems: readonly string[]): void {
  if (problems.length > 0) throw new StepFailure(type, problems.join('\n'));
}

const servicesOf = ({ containers }: MadePlan): string[] => [
  ...new Set(containers.filter(({ oneOff, state }) => !oneOff && state === 'running').map(({ service }) => service)),
];
