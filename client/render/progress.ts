/** What happened in a deployment between two looks at it, in plain lines. Pure. */
import type { DeploymentStatus } from '../../workflows/model.js';
import { columns, oneLine, short } from '../text.js';
import { holdLines, hookCells, serviceCells } from './plan.js';

/** Nothing when nothing changed. `before` is undefined at the first look. */
export function progressLines(before: DeploymentStatus | undefined, now: DeploymentStatus): string[] {
  return [
    ...(before === undefined ? [`deployment ${now.number} (${now.trigger}): ${oneLine(now.reason)}`] : []),
    ...(before?.word === now.word || now.word === undefined ? [] : [wordLine(now.word, now)]),
    ...(before?.plan === undefined && now.plan !== undefined ? planLines(now.plan) : []),
    ...(before?.phase === now.phase || now.outcome !== undefined ? [] : [`phase: ${now.phase}`]),
    ...healthLines(before, now),
  ];
}

/** The last line: outcome and what follows. */
export const outcomeLine = (number: number, outcome: string, message: string): string =>
  `deployment ${number}: ${outcome}${message === '' ? '' : `: ${oneLine(message)}`}`;

/** The word of the stack, with the checkouts that are the cause. */
function wordLine(word: string, { checkouts }: DeploymentStatus): string {
  const moving = checkouts.filter((each) => each.word !== 'up to date').map((each) => `${each.name} is ${each.word}`);
  return moving.length > 0 ? oneLine(`${word}: ${moving.join(', ')}`) : word;
}

function planLines(plan: NonNullable<DeploymentStatus['plan']>): string[] {
  const moves = plan.checkouts
    .filter(({ from, to }) => from !== to)
    .map(({ name, from, to, subjects }) => [name, `${short(from)} → ${short(to)}`, subjects[0] ?? '']);
  return [
    ...columns(moves, '  '),
    ...columns(plan.services.map(serviceCells), '  '),
    ...columns(
      (plan.hooks ?? []).map((hook) => ['hook', ...hookCells(hook)]),
      '  ',
    ),
    ...(plan.interrupts ?? []).map((line) => `  interrupts ${oneLine(line)}`),
    ...(plan.newVariables ?? []).map((line) => `  new variables: ${oneLine(line)}`),
    ...holdLines(plan),
  ];
}

function healthLines(before: DeploymentStatus | undefined, now: DeploymentStatus): string[] {
  const known = new Map(before?.health.map(({ service, health, detail }) => [service, `${health} ${detail ?? ''}`]));
  const changed = now.health.filter(
    ({ service, health, detail }) => known.get(service) !== `${health} ${detail ?? ''}`,
  );
  return columns(
    changed.map(({ service, health, detail }) => [service, health, detail ?? '']),
    '  ',
  );
}
