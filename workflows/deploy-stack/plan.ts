/** The decisions of a deployment, apart from its story. Pure. */
import { decideStack } from '../check-stack/decide.js';
import { FAILURES, isOurSurroundings, type Outcome } from '../contract.js';
import type { StackDecision, StackObservation } from '../model.js';

export interface Failure {
  type: string;
  message: string;
}

export interface EarlyEnd {
  outcome: Outcome;
  message: string;
}

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

/** How a deployment that failed before `advance` ends: nothing has changed. */
export function endBeforeAdvance(failure: Failure): EarlyEnd {
  return { outcome: failure.type === FAILURES.blocked ? 'blocked' : 'failed', message: failure.message };
}

/** A failure of the surroundings is tried once more before it costs a rollback. */
export const deservesSecondTry = (failure: Failure, tries: number): boolean =>
  tries < 2 && isOurSurroundings(failure.type);

/** Found bad, or a person said no: the next look must not begin it again. */
export const quarantines = (outcome: Outcome): boolean =>
  outcome === 'rolled back' || outcome === 'roll back failed' || outcome === 'cancelled';

function blockedEnd(decision: StackDecision): EarlyEnd {
  return { outcome: 'blocked', message: withRemedy(decision) };
}

const withRemedy = ({ reason, remedy }: StackDecision): string =>
  remedy === undefined ? reason : `${reason} To do: ${remedy.replace(/\.$/, '')}.`;
