/** The decisions of a deployment, apart from its story. Pure. */
import { blockedBy, decideStack } from '../check-stack/decide.js';
import { FAILURES, isOurSurroundings, NO_WINDOW, NO_WINDOW_TODO, type Outcome } from '../contract.js';
import type { PlannedFollowUp } from '../follow-up-model.js';
import type { Commits, CommitsVerdict, PlanSummary, StackDecision, StackObservation } from '../model.js';
import type { DeployStackInput, DeployStackResult } from './messages.js';

export interface Failure {
  type: string;
  message: string;
}

export interface EarlyEnd {
  outcome: Outcome;
  message: string;
  /** A deployment without the server was made meanwhile: nothing is to be held back for this one. */
  superseded?: boolean;
}

export const supersededEnd = ({ message }: Failure): EarlyEnd => ({ outcome: 'cancelled', message, superseded: true });

/**
 * Whether a deployment may go on after `inspect`: only what blocks a checkout is known there, remotes were not asked. A
 * configuration that does not read may be mended by what waits on a remote.
 */
export function endAfterInspect({ configurationError: _unread, ...seen }: StackObservation): EarlyEnd | undefined {
  const decision = decideStack(seen);
  return decision.word === 'blocked' ? blockedEnd(decision) : undefined;
}

/** Whether a deployment must go on after `fetch`, or how it ends. `force`: a person insists. */
export function endAfterFetch(decision: StackDecision, force: boolean): EarlyEnd | undefined {
  switch (decision.word) {
    case 'blocked':
      return blockedEnd(decision);
    case 'degraded':
      return { outcome: 'degraded', message: decision.reason };
    case 'quarantined':
      return force ? undefined : { outcome: 'quarantined', message: withRemedy(decision) };
    case 'up to date':
      return force ? undefined : { outcome: 'up to date', message: decision.reason };
    case 'drifted':
      return force || decision.deploys ? undefined : { outcome: 'up to date', message: withRemedy(decision) };
    case 'behind':
    case 'skipped by conditional trigger':
      return undefined;
  }
}

/** What runs but not as recorded is put right when a person insists or a deployment never finished. */
export const repairs = (decision: StackDecision, force: boolean): boolean => force || decision.repair;

/** The state directory is ahead of the keeper; whoever asked asks again, and the next number is free. */
export const numberTaken = (number: number, nextNumber: number): DeployStackResult => ({
  number,
  outcome: 'cancelled',
  phase: 'inspect',
  message: `deployment ${number} was made without the server (deploy --local) in the meantime; ask again`,
  commits: {},
  nextNumber,
});

/** A release that waited is brought as it was, also when its upstream has gone on since. */
export const exactly = (decision: StackDecision, release: Commits | undefined): StackDecision =>
  release === undefined ? decision : { ...decision, wanted: { ...decision.wanted, ...release } };

/** What was found in the new commits. Signatures are a lock: no insistence opens it. */
export function endAfterVerify(verdict: CommitsVerdict, force: boolean): EarlyEnd | undefined {
  if (verdict.unsigned.length === 0 && (force || verdict.forPerson.length === 0)) return undefined;
  const { reason, remedy = '' } = blockedBy(verdict);
  return { outcome: 'blocked', message: `${reason} To do: ${remedy}.` };
}

/** What a deployment waits for before it changes anything, with the plan that it would carry out. */
export function endBeforeChange(
  plan: PlanSummary,
  ask: Pick<DeployStackInput, 'number' | 'force' | 'trigger' | 'approvedPlan'>,
  decision: StackDecision,
): (EarlyEnd & Pick<DeployStackResult, 'waits'>) | undefined {
  // A person insists or is there without a server, nothing runs yet, or something half done is put right.
  const isAttended = ask.force || ask.trigger === 'first' || ask.trigger === 'local';
  if (isAttended || decision.word === 'drifted') return undefined;
  const { digest = '', opensAt, irreversible } = plan;
  const needsApproval = plan.needsApproval === true && ask.approvedPlan !== digest;
  if (!needsApproval && opensAt === undefined) return undefined;
  const changed =
    ask.approvedPlan !== undefined && needsApproval ? 'The plan is not the one that was approved any more. ' : '';
  const risk = irreversible.length === 0 ? '' : ` ${irreversible.join(' ')}`;
  const approval = needsApproval
    ? `waits for a person: birdkeeper approve ${ask.number}, or birdkeeper reject ${ask.number}.${risk}`
    : '';
  const window = opensAt === undefined ? '' : waitForWindow(opensAt);
  return {
    outcome: 'waiting',
    message: `${changed}${[approval, window].filter((part) => part !== '').join(' Then it ')}`,
    waits: { digest, needsApproval, ...(opensAt === undefined ? {} : { opensAt }) },
  };
}

const waitForWindow = (opensAt: string): string =>
  opensAt === NO_WINDOW
    ? `waits for a window, and ${NO_WINDOW_TODO}, or insist with: birdkeeper deploy --force`
    : `waits for its window, which opens ${opensAt}.`;

/** Those without which the deployment has not succeeded. */
export const followUpsHeld = ({ followUps = [] }: PlanSummary): PlannedFollowUp[] =>
  followUps.filter(({ policy }) => policy !== 'warn');

/** What is begun after the record: after a way back all of them, since the former release runs again. */
export function followUpsAfter(outcome: Outcome, { followUps = [] }: PlanSummary): { followUps?: PlannedFollowUp[] } {
  const wanted =
    outcome === 'deployed'
      ? followUps.filter(({ policy }) => policy === 'warn')
      : outcome === 'rolled back'
        ? followUps.map((followUp) => ({ ...followUp, reason: 'the former release runs again' }))
        : [];
  return wanted.length === 0 ? {} : { followUps: wanted };
}

/** Something was touched that may not be put back by itself. */
export const withholdsRollback = (plan: PlanSummary | undefined): string[] => plan?.manualRollback ?? [];

/** How a deployment that failed before `advance` ends: nothing has changed. */
export function endBeforeAdvance(failure: Failure): EarlyEnd {
  if (failure.type === FAILURES.superseded) return supersededEnd(failure);
  return { outcome: failure.type === FAILURES.blocked ? 'blocked' : 'failed', message: failure.message };
}

/** A failure of the surroundings is tried once more before it costs a rollback. */
export const deservesSecondTry = (failure: Failure, tries: number): boolean =>
  tries < 2 && isOurSurroundings(failure.type);

/** Room on a disk is made by a person or by a cleaning: not within a blink. What else fails so was waited for already. */
export const pauseBeforeSecondTry = (failure: Failure): number =>
  failure.type === FAILURES.diskFull ? FULL_DISK_PAUSE_MS : 0;

const FULL_DISK_PAUSE_MS = 30_000;

/** Ends before anything was changed, by no will of a person: a yes stays as good as it was. */
export const leavesAsItWas = (outcome: Outcome): boolean => ['failed', 'blocked', 'degraded'].includes(outcome);

/** The yes of a person that was not made use of, since nothing was changed. */
export function approvalLeft(
  { approvedPlan }: Pick<DeployStackInput, 'approvedPlan'>,
  outcome: Outcome,
  waits: DeployStackResult['waits'],
): Pick<DeployStackResult, 'approvedPlan'> {
  const isLeft = leavesAsItWas(outcome) || (outcome === 'waiting' && waits?.needsApproval === false);
  return isLeft && approvedPlan !== undefined ? { approvedPlan } : {};
}

/** Found bad, or a person said no: the next look must not begin it again. */
export const quarantines = (outcome: Outcome): boolean =>
  outcome === 'rolled back' ||
  outcome === 'roll back failed' ||
  outcome === 'roll back withheld' ||
  outcome === 'cancelled';

function blockedEnd(decision: StackDecision): EarlyEnd {
  return { outcome: 'blocked', message: withRemedy(decision) };
}

const withRemedy = ({ reason, remedy }: StackDecision): string =>
  remedy === undefined ? reason : `${reason} To do: ${remedy.replace(/\.$/, '')}.`;
