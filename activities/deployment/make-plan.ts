/** The plan of a view: made of the staged stack before anything moves, and again of the live one after `advance`. */
import type { Release, ServiceFingerprint } from '../../workflows/model.js';
import { fingerprintServices, type FilesUnder, type ObjectIds } from '../compose/fingerprint.js';
import { imageNeeds, type ImageNeed } from '../compose/images.js';
import { imageOf, type ComposeModel } from '../compose/model.js';
import type { MovedImage } from '../compose/moved-images.js';
import { planServices, type ServicePlan } from '../compose/plan.js';
import { declaredServices, readModel } from '../compose/read.js';
import type { EngineContainer } from '../docker/types.js';
import { objectIds } from '../git/history.js';
import { filesUnder } from '../git/tree.js';
import type { Step } from '../shared/step.js';
import type { StackView } from '../stack/view.js';
import { readUpOptions } from '../compose/up-options.js';
import { lookUp } from '../stack/settings-lookup.js';
import { changeRulesOf } from './components.js';
import type { Dependencies } from './dependencies.js';
import { findMoved } from './moved.js';
import { gitOptions, redactorOf } from './open.js';

export interface MadePlan extends ServicePlan {
  model: ComposeModel;
  wanted: Record<string, ServiceFingerprint>;
  needs: ImageNeed[];
  /** Images that are absent and may not be pulled. */
  problems: string[];
  /** Tags that moved, when they are followed. */
  moved: MovedImage[];
  containers: EngineContainer[];
  /** The service whose container this worker runs in. */
  own: string | undefined;
}

export interface PlanAsk {
  view: StackView;
  release: Release | undefined;
  repair: boolean;
  /** Images were made available: real ids decide. */
  imagesAreHere: boolean;
  sickBefore?: readonly string[];
  /** Tags that moved in their registry are followed. */
  followTags?: boolean;
  /** Image ids by service that are run in the place of what the references say. */
  pins?: Readonly<Record<string, string>>;
}

export async function makePlan(ask: PlanAsk, step: Step, deps: Dependencies): Promise<MadePlan> {
  const { view, release, repair } = ask;
  const call = { signal: step.signal };
  const reading = { ...call, redact: redactorOf(view) };
  const [model, containers, rules, own] = await Promise.all([
    readModel(view, reading),
    deps.engine.containers(view.name, call),
    changeRulesOf(view),
    ownService(view.name, step, deps),
  ]);
  // Compose is asked a second time only when something runs that the model does not have.
  const isOurs = ({ service, oneOff }: EngineContainer) => oneOff || Object.hasOwn(model.services, service);
  const declared = containers.every(isOurs) ? [] : await declaredServices(view, reading);
  const imageIds = await idsOf(model, deps, step);
  const files = { of: rules, filesUnder: askFiles(deps, step) };
  const asNamed = await fingerprintServices(model, view, { objectIds: askGit(deps, step), imageIds, rules: files });
  const wanted = pinned(asNamed, ask.pins ?? {});
  const recorded = release?.services ?? {};
  const moved = ask.followTags ? await findMoved(view, model, recorded, step, deps) : [];
  const { needs: named, problems: absent } = imageNeeds({ model, imageIds, recorded, wanted, moved });
  const { needs, problems } = await withPins({ named, absent, wanted, pins: ask.pins ?? {} }, step, deps);
  const options = upOptionsOf(view);
  const plan = planServices({
    services: model.services,
    declared,
    recorded,
    wanted,
    running: containers,
    images: ask.imagesAreHere ? [] : needs,
    options: {
      repair,
      removeOrphans: options.removeOrphans,
      stopFirst: view.settings.stopFirst,
      ...(own === undefined ? {} : { own }),
      // Going back after a failed release was left in place: its containers may look right and be made of its files.
      ...(ask.pins && Object.keys(ask.pins).length > 0 && release ? { recordedContainers: release.containers } : {}),
    },
    rules,
    ...(ask.sickBefore === undefined ? {} : { sickBefore: ask.sickBefore }),
  });
  const warnings = [...plan.warnings, ...options.warnings];
  return {
    ...plan,
    warnings,
    model,
    wanted,
    needs,
    problems: [...problems, ...plan.problems],
    moved,
    containers,
    own,
  };
}

/** Undefined when this worker runs in no container of the stack. */
export async function ownService(
  stack: string,
  { signal }: Step,
  { engine }: Dependencies,
): Promise<string | undefined> {
  const container = await engine.ownContainer({ signal });
  return container?.project === stack ? container.service : undefined;
}

/** What is done of `COMPOSE_UP_EXTRA_OPTS`, and what is not. */
export const upOptionsOf = ({ settings, variables }: Pick<StackView, 'settings' | 'variables'>) =>
  readUpOptions(settings.composeUpExtraOptions, lookUp('composeUpExtraOptions', variables).name);

function pinned(
  wanted: Record<string, ServiceFingerprint>,
  pins: Readonly<Record<string, string>>,
): Record<string, ServiceFingerprint> {
  return Object.fromEntries(
    Object.entries(wanted).map(([service, fingerprint]) => {
      const imageId = Object.hasOwn(pins, service) ? pins[service] : undefined;
      return [service, imageId === undefined ? fingerprint : { ...fingerprint, imageId }];
    }),
  );
}

interface Pinning {
  named: ImageNeed[];
  absent: string[];
  wanted: Record<string, ServiceFingerprint>;
  pins: Readonly<Record<string, string>>;
}

/** An image that is pinned for all its services is neither pulled nor built; one that is gone is a problem. */
async function withPins(
  { named, absent, wanted, pins }: Pinning,
  step: Step,
  deps: Dependencies,
): Promise<{ needs: ImageNeed[]; problems: string[] }> {
  const services = Object.keys(pins).filter((service) => Object.hasOwn(wanted, service));
  const there = await Promise.all(
    services.map((service) => deps.engine.imageId(pins[service] ?? '', { signal: step.signal })),
  );
  const gone = services.filter((_, index) => there[index] === undefined);
  const isPinned = (need: ImageNeed) => need.services.every((service) => Object.hasOwn(pins, service));
  return {
    needs: named.map((need) => (isPinned(need) ? { ...need, how: 'present' } : need)),
    problems: [
      ...(services.length === 0 ? absent : []),
      ...gone.map(
        (service) =>
          `The image that ${service} ran in that release (${wanted[service]?.image ?? '?'}) is not on this host any more.`,
      ),
    ],
  };
}

async function idsOf(model: ComposeModel, deps: Dependencies, step: Step): Promise<Map<string, string>> {
  const references = new Set(
    Object.entries(model.services).map(([name, service]) => imageOf(model.name, name, service)),
  );
  const found = await Promise.all(
    [...references].map(
      async (reference) => [reference, await deps.engine.imageId(reference, { signal: step.signal })] as const,
    ),
  );
  return new Map(found.flatMap(([reference, id]) => (id === undefined ? [] : [[reference, id]])));
}

function askGit(deps: Dependencies, step: Step): ObjectIds {
  return (checkout, commit, paths) => objectIds(checkout, commit, paths, gitOptions(deps, step.signal));
}

function askFiles(deps: Dependencies, step: Step): FilesUnder {
  return (checkout, commit, path) => filesUnder(checkout, commit, path, gitOptions(deps, step.signal));
}
