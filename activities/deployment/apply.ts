import { join } from 'node:path';
import type { Release, ServiceDecision } from '../../workflows/model.js';
import { applyDecisions, type ApplyInput } from '../compose/apply.js';
import { readJournal } from '../compose/journal.js';
import { planRollback } from '../compose/rollback.js';
import { containersOf, hasOnlyEnded } from '../compose/running.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { StackView } from '../stack/view.js';
import type { StackState } from '../state/index.js';
import type { Activities, DeploymentInput, Direction } from '../types.js';
import type { Dependencies } from './dependencies.js';
import { requireTurn } from './local-run.js';
import { handOverOf, noteHandOver, withoutOwn } from './hand-over-order.js';
import { namingLostPort } from './lost-port.js';
import { makePlan, type MadePlan } from './make-plan.js';
import { openLiveProject, redactorOf } from './open.js';
import { releaseImages } from './pins.js';
import { APPLIED_FILE, planOf, writeRecord, type PlanRecord } from './records.js';

type Result = ReturnType<Activities['applyServices']>;

/** Does what the plan says, service by service. Twice, or after a kill: what was done is seen in the containers. */
export async function applyServices(
  { stack: name, number, direction }: DeploymentInput & { direction: Direction },
  step: Step,
  deps: Dependencies,
): Result {
  const stack = await deps.state.stack(name);
  await requireTurn(stack, number);
  const context: Context = {
    stack,
    number,
    step,
    deps,
    plan: await planOf(stack, number),
    view: await openLiveProject(stack, deps, step.signal),
    release: await stack.latestRelease(),
  };
  const apply = direction === 'forward' ? applyForward : applyBack;
  const services = await namingLostPort(() => apply(context), context);
  const handsOver = direction === 'forward' ? await handOverOf(stack, number) : undefined;
  return {
    services: services.filter(({ action }) => action !== 'nothing'),
    ...(handsOver === undefined ? {} : { handsOver }),
  };
}

interface Context {
  stack: StackState;
  number: number;
  step: Step;
  deps: Dependencies;
  plan: PlanRecord;
  /** Live: after `advance`, or after the checkouts were put back. */
  view: StackView;
  release: Release | undefined;
}

export const journalPath = async (stack: StackState, number: number, direction: Direction | 'again'): Promise<string> =>
  join(await stack.deploymentFolder(number), `apply-${direction}.json`);

async function applyForward(context: Context): Promise<ServiceDecision[]> {
  const { stack, number, step, deps, plan, view, release } = context;
  const intent = await stack.intent();
  if (intent?.number === number) await stack.setIntent({ ...intent, reached: 'apply' });
  const pins = await releaseImages(stack, plan.release);
  const made = await makePlan(
    { view, release, repair: plan.repair, imagesAreHere: true, sickBefore: plan.sickBefore, pins },
    step,
    deps,
  );
  refuseSurprises(made);
  await writeRecord(stack, number, APPLIED_FILE, made.wanted);
  await noteHandOver(context, made, pins);
  const applied = await applyDecisions({
    ...(await shared(context, made)),
    decisions: withoutOwn(made),
    removed: made.removed,
    journal: await journalPath(stack, number, 'forward'),
    stopFirst: view.settings.stopFirst,
    ...(plan.release === undefined
      ? {}
      : { pins: { overrideFile: await pinFile(stack, number, 'forward'), imageIds: inModel(pins, made) } }),
  });
  // The engine may have died since the plan was made, or in the middle, and come back without what it ran.
  const again = step.attempt > 1 || (await isSomethingLost(context, made)) ? await applyAgain(context, made) : [];
  return [...applied, ...again];
}

/** Whether something that ran when the plan was made, and that it does not touch, has ended since. */
async function isSomethingLost({ stack, step, deps, plan }: Context, { decisions }: MadePlan): Promise<boolean> {
  const touched = decisions.flatMap(({ service, action }) => (action === 'nothing' ? [] : [service]));
  const well = plan.ranBefore.filter((name) => !plan.sickBefore.includes(name) && !touched.includes(name));
  const containers = await deps.engine.containers(stack.name, { signal: step.signal });
  return containers.some(
    ({ service, oneOff, state, exitCode }) => !oneOff && well.includes(service) && state === 'exited' && exitCode !== 0,
  );
}

/** What ran before the deployment and does not run now, although the plan did not touch it. */
async function applyAgain(context: Context, made: MadePlan): Promise<ServiceDecision[]> {
  const { stack, number, step, deps, plan, view, release } = context;
  if (!release) return [];
  const asWanted: Release = { ...release, services: made.wanted };
  const now = await makePlan({ view, release: asWanted, repair: true, imagesAreHere: true }, step, deps);
  const lost = withoutOwn(now).filter(
    ({ service, action }) =>
      action === 'recreate' && plan.ranBefore.includes(service) && !plan.sickBefore.includes(service),
  );
  if (lost.length === 0) return [];
  return applyDecisions({
    ...(await shared(context, made)),
    decisions: lost.map((decision) => startedAgain(decision, now)),
    removed: [],
    journal: await journalPath(stack, number, 'again'),
  });
}

/** What lies in a container of a service that was not to be touched is not thrown away when it only ended. */
function startedAgain(decision: ServiceDecision, { model, wanted, containers }: MadePlan): ServiceDecision {
  const [service, fingerprint] = [model.services[decision.service], wanted[decision.service]];
  const ended =
    service && fingerprint && hasOnlyEnded(service, fingerprint, containersOf(containers, decision.service));
  return ended ? { ...decision, action: 'restart' } : decision;
}

async function applyBack(context: Context): Promise<ServiceDecision[]> {
  const { stack, number, step, deps, view, release, plan } = context;
  const forward = await readJournal(await journalPath(stack, number, 'forward'));
  if (!forward) return [];
  if (!release) {
    throw new StepFailure(FAILURES.applyFailed, 'there is no former release to go back to');
  }
  const made = await makePlan(
    { view, release, repair: false, imagesAreHere: true, sickBefore: plan.sickBefore },
    step,
    deps,
  );
  const { decisions, removed, pins } = planRollback({
    services: made.model.services,
    recorded: release.services,
    forward,
    running: made.containers,
  });
  return applyDecisions({
    ...(await shared(context, made)),
    decisions: withoutOwn({ decisions, own: made.own }),
    removed: removed.filter((service) => service !== made.own),
    imageIds: { ...imageIdsOf(made), ...pins },
    pins: { overrideFile: await pinFile(stack, number, 'back'), imageIds: pins },
    journal: await journalPath(stack, number, 'back'),
  });
}

const pinFile = async (stack: StackState, number: number, direction: Direction): Promise<string> =>
  join(await stack.deploymentFolder(number), direction === 'back' ? 'pins.json' : 'pins-forward.json');

/** An override for a service that the files do not have would be a service of its own. */
const inModel = (pins: Record<string, string>, { model }: MadePlan): Record<string, string> =>
  Object.fromEntries(Object.entries(pins).filter(([service]) => Object.hasOwn(model.services, service)));

type Shared = Omit<ApplyInput, 'decisions' | 'removed' | 'journal' | 'pins'>;

async function shared({ stack, step, deps, plan, view }: Context, made: MadePlan): Promise<Shared> {
  return {
    view,
    services: made.model.services,
    imageIds: imageIdsOf(made),
    lock: await stack.lock(),
    sickBefore: plan.sickBefore,
    dependencyTimeoutSeconds: view.settings.healthTimeoutSeconds,
    engine: deps.engine,
    step,
    redact: redactorOf(view),
    ...ownOf(made),
  };
}

function ownOf({ own, model }: MadePlan): Pick<Shared, 'own'> {
  if (own === undefined) return {};
  return { own: { service: own, others: Object.keys(model.services).filter((service) => service !== own) } };
}

const imageIdsOf = ({ wanted }: MadePlan): Record<string, string> =>
  Object.fromEntries(Object.entries(wanted).map(([service, { imageId }]) => [service, imageId]));

/** The plan of the live side is the one that counts; what the staged one did not show is a reason to go back. */
function refuseSurprises({ problems, wanted }: MadePlan): void {
  const absent = Object.values(wanted).filter(({ imageId }) => imageId === '');
  const sentences = [
    ...problems,
    ...absent.map(({ image }) => `Image ${image} is needed after all and is not on this host.`),
  ];
  if (sentences.length > 0) throw new StepFailure(FAILURES.applyFailed, sentences.join('\n'));
}
