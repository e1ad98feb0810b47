/** What a plan has to wait for, by the settings of its stack, and the hash by which a plan is known again. Pure. */
import { createHash } from 'node:crypto';
import { NO_WINDOW } from '../../workflows/contract.js';
import type { Commits, PlanSummary } from '../../workflows/model.js';
import type { StackSettings } from '../stack/settings.js';
import { isOpen, nextOpening, parseWindows } from '../stack/windows.js';

export type Waiting = Pick<PlanSummary, 'digest' | 'needsApproval' | 'opensAt'>;

const isRisky = ({ irreversible, manualRollback = [] }: PlanSummary): boolean =>
  irreversible.length > 0 || manualRollback.length > 0;

/** Whether what there is is backed up first. A plan that touches nothing loses nothing. */
export function backsUpFor(plan: PlanSummary, { backupBefore }: Pick<StackSettings, 'backupBefore'>): boolean {
  const touches = plan.services.length > 0 || plan.removed.length > 0 || (plan.hooks ?? []).length > 0;
  return (backupBefore === 'always' && touches) || (backupBefore === 'risky' && isRisky(plan));
}

export function waitingFor(
  plan: PlanSummary,
  to: Commits,
  settings: Pick<StackSettings, 'approval' | 'deployWindows' | 'deployFreeze' | 'timeZone'>,
  now: Date,
): Waiting {
  const opensAt = opening(settings, now);
  return {
    digest: digestOf(plan, to),
    needsApproval: settings.approval === 'always' || (settings.approval === 'risky' && isRisky(plan)),
    ...(opensAt === undefined ? {} : { opensAt }),
  };
}

/** When the next window opens; undefined while one is open; `never`: none is in sight. */
export function opening(
  { deployWindows, deployFreeze, timeZone }: Pick<StackSettings, 'deployWindows' | 'deployFreeze' | 'timeZone'>,
  now: Date,
): string | undefined {
  const windows = parseWindows({ windows: deployWindows, freeze: deployFreeze, timeZone });
  if (isOpen(windows, now)) return undefined;
  return nextOpening(windows, now)?.toISOString() ?? NO_WINDOW;
}

/**
 * What a person said yes to: the commits, and what happens to which service, file and hook. Images are left out: those that
 * were pulled while it waited are no longer to be pulled.
 */
export function digestOf(plan: PlanSummary, to: Commits): string {
  const { services, renderedFiles, removed, irreversible, hooks = [], manualRollback = [] } = plan;
  const shown = {
    to: Object.entries(to).sort(),
    services: services.map(({ service, action, signal }) => [service, action, signal ?? '']),
    ...{ renderedFiles, removed, manualRollback },
    irreversible: irreversible.map((sentence) => sentence.split(':')[0]),
    hooks: hooks.map(({ component, hook, step }) => [component, hook, ...(step === undefined ? [] : [step])]),
  };
  return createHash('sha256').update(JSON.stringify(shown)).digest('hex').slice(0, 32);
}
