/** The plan of a view: made of the staged stack before anything moves, and again of the live one after `advance`. */
import type { Release, ServiceFingerprint } from '../../workflows/model.js';
import { fingerprintServices, type ObjectIds } from '../compose/fingerprint.js';
import { imageNeeds, type ImageNeed } from '../compose/images.js';
import { imageOf, type ComposeModel } from '../compose/model.js';
import { planServices, type ServicePlan } from '../compose/plan.js';
import { declaredServices, readModel } from '../compose/read.js';
import type { EngineContainer } from '../docker/types.js';
import { objectIds } from '../git/history.js';
import { createRedactor } from '../shared/redact.js';
import type { Step } from '../shared/step.js';
import type { StackView } from '../stack/view.js';
import type { Dependencies } from './dependencies.js';
import { gitOptions } from './open.js';

export interface MadePlan extends ServicePlan {
  model: ComposeModel;
  wanted: Record<string, ServiceFingerprint>;
  needs: ImageNeed[];
  /** Images that are absent and may not be pulled. */
  problems: string[];
  containers: EngineContainer[];
}

export interface PlanAsk {
  view: StackView;
  release: Release | undefined;
  repair: boolean;
  /** Images were made available: real ids decide. */
  imagesAreHere: boolean;
  sickBefore?: readonly string[];
}

/** `--remove-orphans` as Compose takes it. */
const REMOVES_ORPHANS = /^--remove-orphans(=true)?$/;

export async function makePlan(ask: PlanAsk, step: Step, deps: Dependencies): Promise<MadePlan> {
  const { view, release, repair } = ask;
  const call = { signal: step.signal };
  const reading = { ...call, redact: createRedactor(view.variables) };
  const [model, declared, containers] = await Promise.all([
    readModel(view, reading),
    declaredServices(view, reading),
    deps.engine.containers(view.name, call),
  ]);
  const imageIds = await idsOf(model, deps, step);
  const wanted = await fingerprintServices(model, view, { objectIds: askGit(deps, step), imageIds });
  const recorded = release?.services ?? {};
  const { needs, problems } = imageNeeds({ model, imageIds, recorded, wanted });
  const plan = planServices({
    services: model.services,
    declared,
    recorded,
    wanted,
    running: containers,
    images: ask.imagesAreHere ? [] : needs,
    options: {
      repair,
      removeOrphans: view.settings.composeUpExtraOptions.some((option) => REMOVES_ORPHANS.test(option)),
    },
    ...(ask.sickBefore === undefined ? {} : { sickBefore: ask.sickBefore }),
  });
  return { ...plan, model, wanted, needs, problems, containers };
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
