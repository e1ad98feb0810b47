/** What a deployment would do, for people. Pure. */
import { NO_WINDOW, NO_WINDOW_TODO } from '../../workflows/contract.js';
import type { PlannedHook, PlanSummary, ServiceDecision } from '../../workflows/model.js';
import { columns, oneLine, short } from '../text.js';
import { commits } from './decision.js';

const INDENT = '  ';

export function renderPlan(plan: PlanSummary): string[] {
  return [
    ...plan.checkouts.flatMap(renderCheckout),
    ...(plan.skipped === true ? ['skipped by conditional trigger: checkouts advance, nothing is touched'] : []),
    ...section(
      'images',
      columns(
        plan.images.map(({ how, reference, services }) => [how, reference, services.join(', ')]),
        INDENT,
      ),
    ),
    ...section('rendered files', list(plan.renderedFiles)),
    ...section('services', columns(plan.services.map(serviceCells), INDENT)),
    untouched(plan),
    ...section('removed', list(plan.removed)),
    ...section('hooks', columns((plan.hooks ?? []).map(hookCells), INDENT)),
    ...section("users' work that is interrupted", list(plan.interrupts ?? [])),
    ...section('new variables of env.local.example', list(plan.newVariables ?? [])),
    ...section('cannot be rolled back', list(plan.irreversible)),
    ...section('never rolled back by themselves', list(plan.manualRollback ?? [])),
    ...section('warnings', list(plan.warnings)),
    ...holdLines(plan),
  ];
}

/** What a deployment of this plan would wait for before it moves anything. */
export const holdLines = ({ needsApproval, opensAt }: Pick<PlanSummary, 'needsApproval' | 'opensAt'>): string[] => [
  ...(needsApproval === true ? ["waits for a person's yes: birdkeeper approve"] : []),
  ...(opensAt === undefined
    ? []
    : [opensAt === NO_WINDOW ? HOPELESS : `waits for the window that opens at ${opensAt}`]),
];

const HOPELESS = `waits for a window, and ${NO_WINDOW_TODO}`;

/** When it runs, and of which component. */
export const hookCells = ({ component, hook, step }: PlannedHook): string[] => [hook, step ?? component];

/** Service, action, reason. */
export const serviceCells = ({ service, action, signal, reason }: ServiceDecision): string[] => [
  service,
  signal === undefined ? action : `${action} ${signal}`,
  reason,
];

function renderCheckout(checkout: PlanSummary['checkouts'][number]): string[] {
  const { name, from, to, subjects, filesChanged } = checkout;
  if (from === to) return [`${oneLine(name)}: stays at ${short(from)}`];
  const files = filesChanged === 1 ? '1 file' : `${filesChanged} files`;
  return [`${oneLine(name)}: ${short(from)} → ${short(to)}, ${commits(subjects.length)}, ${files}`, ...list(subjects)];
}

function untouched({ untouched: n, services }: PlanSummary): string {
  if (services.length === 0) return n === 0 ? 'no service' : `no service is touched (${n})`;
  return n === 1 ? '1 service stays as it is' : `${n} services stay as they are`;
}

const list = (items: readonly string[]): string[] => items.map((item) => `${INDENT}${oneLine(item)}`);
const section = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0 ? [] : [`${title}:`, ...lines];
