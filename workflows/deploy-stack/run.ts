/**
 * The story of one deployment. Start here if you read one file. Its activities are handed in, so that the same story runs
 * on a Temporal worker, in `birdkeeper deploy --local` and in tests with plain functions.
 */
import type { DeploymentActivities } from '../../activities/types.js';
import type { PlannedFollowUp } from '../follow-up-model.js';
import type { PlanSummary } from '../model.js';
import { change } from './change.js';
import type { FollowUpEnd } from './follow-up.js';
import { look, type Looked } from './look.js';
import type { DeployStackInput, DeployStackResult } from './messages.js';
import * as plan from './plan.js';
import type { Teller } from './tell.js';

/** What the story needs of its surroundings besides activities. */
export interface Surroundings {
  /** Type and message of anything that an activity throws. */
  failureOf(error: unknown): plan.Failure;
  isCancellation(error: unknown): boolean;
  /** A person asked for the end; a step that had begun may have succeeded all the same. */
  isCancelled(): boolean;
  /** Has a follow-up done, and waits for its end. */
  followUp(followUp: PlannedFollowUp): Promise<FollowUpEnd>;
  /** Begins a follow-up that goes on by itself. */
  followUpLater(followUp: PlannedFollowUp): Promise<void>;
  /** Lets time pass before something is tried again. */
  pause(milliseconds: number): Promise<void>;
  /** Runs to the end even when the deployment is cancelled. */
  shielded<T>(work: () => Promise<T>): Promise<T>;
}

export interface Ending extends plan.EarlyEnd {
  /** With outcome `waiting`: for what. */
  waits?: DeployStackResult['waits'];
  /** The conditional triggers said no: nothing was touched. */
  skipped?: boolean;
  /** What is begun when it is recorded. */
  followUps?: PlannedFollowUp[];
}

/** What every part of the story is told with. */
export interface Telling {
  ask: DeployStackInput;
  act: DeploymentActivities;
  tell: Teller;
  around: Surroundings;
}

const CANCELLED: Ending = { outcome: 'cancelled', message: 'cancelled by a person before anything moved' };

export async function run(
  ask: DeployStackInput,
  act: DeploymentActivities,
  tell: Teller,
  around: Surroundings,
): Promise<DeployStackResult> {
  const { stack, number, trigger, reason } = ask;
  const by = ask.by === undefined ? {} : { by: ask.by };
  // What was begun is concluded, also when it is cancelled at once.
  const begun = await around.shielded(() => act.beginDeployment({ stack, number, trigger, reason, ...by }));
  if ('taken' in begun) return plan.numberTaken(number, begun.nextNumber);
  const { startedAt } = begun;

  const {
    outcome,
    waits,
    skipped,
    superseded = false,
    followUps = [],
    ...ending
  } = await deploy({ ask, act, tell, around });

  const phase = tell.status.phase;
  tell.ended(outcome, ending.message);
  return around.shielded(async () => {
    const concluded = await act.concludeDeployment({
      ...{ stack, number, outcome, phase, message: ending.message, trigger, reason, startedAt, ...by },
      quarantine: plan.quarantines(outcome) && !superseded,
      ...(skipped === undefined ? {} : { skipped }),
      ...(ask.rollbackTo !== undefined && outcome === 'deployed' ? { leaves: true } : {}),
    });
    const reconciled = outcome === 'deployed' ? await reconcile(stack, act, around) : '';
    const message = `${ending.message}${reconciled}${await beginAll(followUps, around)}`;
    if (message !== ending.message) tell.ended(outcome, message);
    // A deployment recorded before this was asked for has no answer here.
    if (concluded?.notify) await act.sendNotices({ stack, number }).catch(() => undefined);
    const nextNumber = concluded?.nextNumber;
    return {
      ...{ number, outcome, phase, message, commits: tell.wanted },
      ...(waits === undefined ? {} : { waits }),
      ...plan.approvalLeft(ask, outcome, waits),
      ...(nextNumber === undefined ? {} : { nextNumber }),
    };
  });
}

/**
 * A frequency changed by a push is in force after that push is deployed. The release is recorded as good by then, so a
 * failure here is told and costs nothing else; `up` and the next deployment try again.
 */
async function reconcile(stack: string, act: DeploymentActivities, around: Surroundings): Promise<string> {
  try {
    await act.reconcileSchedules({ stack });
    return '';
  } catch (error) {
    return `; the schedules could not be set: ${around.failureOf(error).message}`;
  }
}

/** They hold nothing any more: what becomes of them is told by themselves. */
async function beginAll(followUps: readonly PlannedFollowUp[], around: Surroundings): Promise<string> {
  const said: string[] = [];
  for (const followUp of followUps) {
    try {
      await around.followUpLater(followUp);
      said.push(`; ${followUp.name} follows, since ${followUp.reason}`);
    } catch (error) {
      said.push(`; ${followUp.name} could not be begun: ${around.failureOf(error).message}`);
    }
  }
  return said.join('');
}

/** Everything up to the outcome; whatever fails is turned into one. */
async function deploy(telling: Telling): Promise<Ending> {
  const { around } = telling;
  let looked: Looked;
  let summary: PlanSummary;
  try {
    const seen = await look(telling);
    if ('outcome' in seen) return seen;
    looked = seen;
    summary = await prepare(telling, looked);
    if (around.isCancelled()) return CANCELLED;
    const held = await approve(telling, looked, summary);
    if (held) return held;
    await backUp(telling, summary);
    // Asked again, or `advance` would be refused and a rollback of nothing would follow.
    if (around.isCancelled()) return CANCELLED;
  } catch (error) {
    if (around.isCancellation(error)) return CANCELLED;
    return plan.endBeforeAdvance(around.failureOf(error));
  }
  return change(telling, looked, summary);
}

/** stage, validate, pull: everything that is needed is on the host and valid before anything is stopped or moved. */
async function prepare({ ask, act, tell }: Telling, looked: Looked): Promise<PlanSummary> {
  const { stack, number, force } = ask;
  const { decision, skip, release } = looked;
  tell.phase('stage');
  await act.stageRelease({ stack, number, commits: decision.wanted });

  tell.phase('validate');
  const summary = await act.validateRelease({
    ...{ stack, number, repair: plan.repairs(decision, force) },
    ...(skip ? { skip } : {}),
    ...(release === undefined ? {} : { release }),
  });
  tell.planned(summary);
  if (skip) return summary;

  tell.phase('pull');
  await act.pullImages({ stack, number });
  return summary;
}

/** back up: what the deployment changes and could not roll back. A backup that fails ends it before anything moved. */
async function backUp({ ask, act, tell }: Telling, { backsUp }: PlanSummary): Promise<void> {
  if (backsUp !== true) return;
  tell.phase('back up');
  await act.backUpRelease({ stack: ask.stack, number: ask.number });
}

/** approve: a person's yes, an open window, and nobody's work that would be interrupted. Waiting here holds nothing. */
async function approve({ ask, act, tell }: Telling, looked: Looked, summary: PlanSummary): Promise<Ending | undefined> {
  tell.phase('approve');
  const held = plan.endBeforeChange(summary, ask, looked.decision);
  if (held) return held;
  const { stack, number } = ask;
  // Who insists does not wait for others' work either.
  if (summary.interrupts !== undefined && !ask.force) await act.awaitIdle({ stack, number });
  return undefined;
}
