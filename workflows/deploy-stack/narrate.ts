import { short } from '../check-stack/decide.js';
import { describeHook, type DeploymentStatus, type PlanSummary } from '../model.js';
import { checkoutTable, inline, serviceTable, table } from '../tables.js';

/** Markdown for the Temporal UI: whoever opens a deployment understands it without reading code. */
export function deploymentDetails(status: DeploymentStatus): string {
  const { phase, outcome, message, plan, health, checkouts } = status;
  return [
    outcome === undefined ? `**Phase: ${phase}**` : `**${outcome}** (in phase ${phase})`,
    `**Next**: ${inline(status.next)}`,
    ...(message === undefined ? [] : [`**Why**:\n\n${quote(message)}`]),
    ...(checkouts.length === 0 ? [] : [checkoutTable(checkouts)]),
    ...(plan === undefined ? [] : planSections(plan)),
    ...(plan === undefined && health.length === 0 ? [] : [serviceTable(plan?.services ?? [], health)]),
    ...(plan === undefined ? [] : [`${plan.untouched} services stay untouched.`]),
  ].join('\n\n');
}

function planSections(plan: PlanSummary): string[] {
  const moves = plan.checkouts.map(({ name, from, to, subjects, filesChanged }) => [
    name,
    `${short(from)} → ${short(to)}`,
    subjects[0] ?? '',
    String(filesChanged),
  ]);
  const list = (title: string, items: string[]) =>
    items.length === 0 ? [] : [`**${title}**: ${items.map(inline).join(', ')}`];
  return [
    ...(moves.length === 0 ? [] : [table(['checkout', 'old → new', 'subject', 'files'], moves)]),
    ...list('Rendered files that change', plan.renderedFiles),
    ...list(
      'Images',
      plan.images.map(({ how, reference }) => `${how} ${reference}`),
    ),
    ...list('Removed', plan.removed),
    ...list('Hooks', (plan.hooks ?? []).map(describeHook)),
    ...list(
      'Follow-ups',
      (plan.followUps ?? []).map(({ name, policy, reason }) => `${name} (${policy}): ${reason}`),
    ),
    ...list("Users' work that is waited for", plan.interrupts ?? []),
    ...list('env.local.example has new variables (does env.local need them?)', plan.newVariables ?? []),
    ...list('Cannot be rolled back', plan.irreversible),
    ...list('Never rolled back by themselves', plan.manualRollback ?? []),
    ...list('Warnings', plan.warnings),
  ];
}

/** Command output is data: kept from becoming markup, and short. */
const quote = (text: string): string =>
  `~~~\n${text.slice(0, 3000).replace(/~{3,}/g, (run) => [...run].join(' '))}\n~~~`;
