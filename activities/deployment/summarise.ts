/** A plan as people and histories see it: small, and free of secrets. */
import type { Commits, PlanSummary } from '../../workflows/model.js';
import { changesBetween } from '../git/history.js';
import type { Step } from '../shared/step.js';
import { planRendered } from '../stack/rendered-files.js';
import type { Checkout, StagedView } from '../stack/view.js';
import type { Dependencies } from './dependencies.js';
import type { MadePlan } from './make-plan.js';
import { gitOptions } from './open.js';
import type { Moves } from './moves.js';

const MAX_FILES = 50;
const MAX_SERVICES = 60;

export async function summarise(
  view: StagedView,
  plan: MadePlan,
  { from, to }: Moves,
  step: Step,
  deps: Dependencies,
): Promise<PlanSummary> {
  const moving = view.staged.checkouts.filter(({ name }) => from[name] !== to[name]);
  const checkouts = await Promise.all(moving.map((checkout) => describeMove(checkout, from, to, step, deps)));
  const touched = plan.decisions.filter(({ action }) => action !== 'nothing');
  const rendered = (await planRendered(view)).map(({ path }) => path);
  return {
    checkouts,
    renderedFiles: rendered.slice(0, MAX_FILES),
    images: plan.needs.flatMap(({ reference, how, services }) =>
      how === 'present' ? [] : [{ reference, how, services }],
    ),
    services: touched.slice(0, MAX_SERVICES),
    untouched: plan.decisions.length - touched.length,
    removed: plan.removed,
    irreversible: plan.irreversible,
    ...(plan.manualRollback.length === 0 ? {} : { manualRollback: plan.manualRollback }),
    warnings: [...view.warnings, ...plan.warnings, ...notNamed(touched.length, rendered.length)],
  };
}

/** A history stays small, and nobody is to take the named ones for all. */
export const notNamed = (touched: number, rendered: number): string[] => [
  ...(touched > MAX_SERVICES
    ? [`${touched - MAX_SERVICES} more services are touched: a plan names ${MAX_SERVICES} at most.`]
    : []),
  ...(rendered > MAX_FILES
    ? [`${rendered - MAX_FILES} more files are rendered: a plan names ${MAX_FILES} at most.`]
    : []),
];

async function describeMove(checkout: Checkout, from: Commits, to: Commits, step: Step, deps: Dependencies) {
  const [before, after] = [from[checkout.name] ?? '', to[checkout.name] ?? ''];
  const { subjects, filesChanged } = await changesBetween(checkout, before, after, gitOptions(deps, step.signal));
  return { name: checkout.name, from: before, to: after, subjects, filesChanged };
}
