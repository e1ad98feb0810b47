/** The second part of a deployment: from here on the host changes, and a failure puts the former release back. */
import type { Direction } from '../../activities/types.js';
import { FAILURES, type Phase } from '../contract.js';
import type { FollowUpPolicy } from '../follow-up-model.js';
import type { Hook, PlannedHook, PlanSummary } from '../model.js';
import type { Looked } from './look.js';
import * as plan from './plan.js';
import type { Ending, Surroundings, Telling } from './run.js';

/** advance, apply, settle, record; any failure puts the former release back. */
export async function change(telling: Telling, { skip }: Looked, summary: PlanSummary): Promise<Ending> {
  const { ask, act, tell, around } = telling;
  const { stack, number } = ask;
  const step = <T>(phase: Phase, work: () => Promise<T>): Promise<T> => {
    tell.phase(phase);
    return twiceIfSurroundings(work, around);
  };
  let begun = false;
  try {
    await step('advance', () => act.advanceCheckouts({ stack, number }));
    if (skip) {
      tell.phase('record');
      return { outcome: 'deployed', message: `skipped by conditional trigger: ${tell.answers}`, skipped: true };
    }
    begun = true;
    const applied = await step('apply', () => applyWithHooks(telling, hooksOf(summary), 'forward'));
    const services = applied.handsOver ? [...applied.services, applied.handsOver] : applied.services;
    tell.applied(services);
    const settled = await step('settle', () => act.settleServices({ stack, number, direction: 'forward' }));
    tell.settled(settled);
    const failed = await followUp(telling, summary);
    if (failed?.policy === 'fail') return leaveAsFailed(failed);
    if (failed !== undefined) throw new FollowUpFailed(failed.message);
    // Last of all: whatever may fail is done by the worker that is known to work.
    if (applied.handsOver) await around.shielded(() => step('hand over', () => handOver(telling)));
    tell.phase('record');
    return {
      ...{ outcome: 'deployed', message: describeDeployed(services.length, settled.sickBefore) },
      ...plan.followUpsAfter('deployed', summary),
    };
  } catch (error) {
    const failure = failureIn(error, around);
    if (failure.type === FAILURES.superseded) return plan.supersededEnd(failure);
    const cause = around.isCancellation(error) ? 'cancelled by a person' : failure.message;
    const withheld = begun ? plan.withholdsRollback(summary) : [];
    if (withheld.length > 0) return leaveToPerson(cause, withheld);
    const put = await around.shielded(() => rollBack(telling, cause, begun ? hooksOf(summary) : []));
    const back = { ...put, ...(begun ? plan.followUpsAfter(put.outcome, summary) : {}) };
    // A person touched a checkout in between: the release is not to blame, and comes when the checkout is clean.
    const isInTheWay = !begun && failure.type === FAILURES.blocked && back.outcome === 'rolled back';
    return isInTheWay ? { outcome: 'blocked', message: back.message } : back;
  }
}

const hooksOf = ({ hooks = [] }: PlanSummary): PlannedHook[] => hooks;

/** Each hook is an activity of its own. A kill in between repeats the whole: hooks run at least once. */
async function applyWithHooks({ ask, act }: Telling, hooks: PlannedHook[], direction: Direction) {
  const { stack, number } = ask;
  for (const hook of only('pre', hooks)) await act.runHook({ stack, number, direction, ...hook });
  const applied = await act.applyServices({ stack, number, direction });
  for (const hook of only('post', hooks)) await act.runHook({ stack, number, direction, ...hook });
  return applied;
}

/** One whose policy is that the deployment has not succeeded without it. */
interface FailedFollowUp {
  policy: FollowUpPolicy;
  message: string;
}

class FollowUpFailed extends Error {}

/** What was found by a follow-up is told as it is. */
const failureIn = (error: unknown, around: Surroundings): plan.Failure =>
  error instanceof FollowUpFailed ? { type: FAILURES.unhealthy, message: error.message } : around.failureOf(error);

/** follow up: those that the deployment waits for. The first that fails ends it. */
async function followUp({ tell, around }: Telling, summary: PlanSummary): Promise<FailedFollowUp | undefined> {
  for (const wanted of plan.followUpsHeld(summary)) {
    tell.phase('follow up');
    const end = await around.followUp(wanted);
    if (!end.well) return { policy: wanted.policy, message: `${wanted.name}: ${end.message}` };
  }
  return undefined;
}

const leaveAsFailed = ({ message }: FailedFollowUp): Ending => ({
  outcome: 'roll back withheld',
  message: `${message}\nIt was not rolled back, because the policy of this follow-up is fail. The release stays as it runs.`,
});

/** A worker that leaves ends its part with a result, so that no attempt is spent; the next worker asks again. */
async function handOver({ ask, act }: Telling): Promise<void> {
  const { stack, number } = ask;
  let state: string;
  do ({ state } = await act.handOver({ stack, number }));
  while (state === 'at work');
}

const only = (kind: Hook, hooks: PlannedHook[]): PlannedHook[] => hooks.filter(({ hook }) => hook === kind);

function leaveToPerson(cause: string, services: string[]): Ending {
  return {
    outcome: 'roll back withheld',
    message: `${cause}\nIt was not rolled back, because that needs a person for: ${services.join(', ')} (birdkeeper.rollback). The failed release stays as it runs.`,
  };
}

async function rollBack(telling: Telling, cause: string, hooks: PlannedHook[]): Promise<Ending> {
  const { ask, act, tell, around } = telling;
  const { stack, number } = ask;
  const direction = 'back';
  // A disk that is full going forward is full on the way back, too.
  const step = <T>(work: () => Promise<T>): Promise<T> => twiceIfSurroundings(work, around);
  tell.rollingBack(cause);
  try {
    const { leftAlone } = await step(() => act.reverseCheckouts({ stack, number }));
    await step(() => applyWithHooks(telling, hooks, direction));
    tell.settled(await step(() => act.settleServices({ stack, number, direction })));
    const alone =
      leftAlone.length === 0 ? '' : ` Left alone, because a person touched it since: ${leftAlone.join(', ')}.`;
    return { outcome: 'rolled back', message: `${cause}${alone}` };
  } catch (error) {
    const failure = around.failureOf(error);
    if (failure.type === FAILURES.superseded) return plan.supersededEnd(failure);
    return {
      outcome: 'roll back failed',
      message: `${cause}\nIt could not be rolled back: ${failure.message}\nThe stack was left as it runs and needs a person.`,
    };
  }
}

async function twiceIfSurroundings<T>(work: () => Promise<T>, around: Surroundings): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      const failure = around.failureOf(error);
      if (around.isCancellation(error) || !plan.deservesSecondTry(failure, tries)) throw error;
      const pause = plan.pauseBeforeSecondTry(failure);
      if (pause > 0) await around.pause(pause);
    }
  }
}

function describeDeployed(touched: number, sickBefore: string[]): string {
  const services =
    touched === 0
      ? 'no service had to be touched'
      : `${touched} service${touched === 1 ? '' : 's'} touched, healthy and quiet`;
  return sickBefore.length === 0 ? services : `${services}; sick before and untouched: ${sickBefore.join(', ')}`;
}
