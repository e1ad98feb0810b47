/**
 * The story of one deployment. Start here if you read one file. Its activities are handed in, so that the same story runs
 * on a Temporal worker, in `birdkeeper plan` and in tests with plain functions.
 */
import type { DeploymentActivities } from '../../activities/types.js';
import type { Outcome, Phase } from '../contract.js';
import { decideStack } from '../check-stack/decide.js';
import type { StackDecision } from '../model.js';
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
  /** Runs to the end even when the deployment is cancelled. */
  shielded<T>(work: () => Promise<T>): Promise<T>;
}

interface Ending {
  outcome: Outcome;
  message: string;
}

const CANCELLED: Ending = { outcome: 'cancelled', message: 'cancelled by a person before anything moved' };

type Act = DeploymentActivities;

export async function run(
  ask: DeployStackInput,
  act: Act,
  tell: Teller,
  around: Surroundings,
): Promise<DeployStackResult> {
  const { stack, number, trigger, reason } = ask;
  // What was begun is concluded, also when it is cancelled at once.
  const { startedAt } = await around.shielded(() => act.beginDeployment({ stack, number, trigger, reason }));

  const ending = await deploy(ask, act, tell, around);

  const { outcome } = ending;
  const phase = tell.status.phase;
  const quarantine = plan.quarantines(outcome);
  tell.ended(outcome, ending.message);
  const message = await around.shielded(async () => {
    const record = { stack, number, outcome, phase, message: ending.message, trigger, reason, startedAt, quarantine };
    await act.concludeDeployment(record);
    return outcome === 'deployed' ? `${ending.message}${await reconcile(stack, act, around)}` : ending.message;
  });
  if (message !== ending.message) tell.ended(outcome, message);
  return { number, outcome, phase, message, commits: tell.wanted };
}

/**
 * A frequency changed by a push is in force after that push is deployed. The release is recorded as good by then, so a
 * failure here is told and costs nothing else; `up` and the next deployment try again.
 */
async function reconcile(stack: string, act: Act, around: Surroundings): Promise<string> {
  try {
    await act.reconcileSchedules({ stack });
    return '';
  } catch (error) {
    return `; the schedules could not be set: ${around.failureOf(error).message}`;
  }
}

/** Everything up to the outcome; whatever fails is turned into one. */
async function deploy(ask: DeployStackInput, act: Act, tell: Teller, around: Surroundings): Promise<Ending> {
  let decision: StackDecision;
  try {
    const looked = await look(ask, act, tell);
    if ('outcome' in looked) return looked;
    decision = looked;
    await prepare(ask, decision, act, tell);
    // Asked here, or `advance` would be refused and a rollback of nothing would follow.
    if (around.isCancelled()) return CANCELLED;
  } catch (error) {
    if (around.isCancellation(error)) return CANCELLED;
    return plan.endBeforeAdvance(around.failureOf(error));
  }
  return change(ask, act, tell, around);
}

/** inspect and fetch: may we, must we? Nothing moves. */
async function look(ask: DeployStackInput, act: Act, tell: Teller): Promise<StackDecision | Ending> {
  const { stack, number, force } = ask;
  tell.phase('inspect');
  const local = await act.observeStack({ stack, number, fetch: false });
  tell.looked(local, decideStack(local));
  const mayNot = plan.endAfterInspect(local);
  if (mayNot) return mayNot;

  tell.phase('fetch');
  const seen = await act.observeStack({ stack, number, fetch: true });
  const decision = tell.looked(seen, decideStack(seen));
  return plan.endAfterFetch(decision, force) ?? decision;
}

/** stage, validate, pull: everything that is needed is on the host and valid before anything is stopped or moved. */
async function prepare(ask: DeployStackInput, decision: StackDecision, act: Act, tell: Teller): Promise<void> {
  const { stack, number, force } = ask;
  tell.phase('stage');
  await act.stageRelease({ stack, number, commits: decision.wanted });

  tell.phase('validate');
  tell.planned(await act.validateRelease({ stack, number, repair: plan.repairs(decision, force) }));

  tell.phase('pull');
  await act.pullImages({ stack, number });
}

/** advance, apply, settle, record; any failure puts the former release back. */
async function change(ask: DeployStackInput, act: Act, tell: Teller, around: Surroundings): Promise<Ending> {
  const { stack, number } = ask;
  const step = <T>(phase: Phase, work: () => Promise<T>): Promise<T> => {
    tell.phase(phase);
    return twiceIfSurroundings(work, around);
  };
  try {
    await step('advance', () => act.advanceCheckouts({ stack, number }));
    const { services } = await step('apply', () => act.applyServices({ stack, number, direction: 'forward' }));
    tell.applied(services);
    const settled = await step('settle', () => act.settleServices({ stack, number, direction: 'forward' }));
    tell.settled(settled);
    tell.phase('record');
    return { outcome: 'deployed', message: describeDeployed(services.length, settled.sickBefore) };
  } catch (error) {
    const cause = around.isCancellation(error) ? 'cancelled by a person' : around.failureOf(error).message;
    return around.shielded(() => rollBack(ask, cause, act, tell, around));
  }
}

async function rollBack(
  ask: DeployStackInput,
  cause: string,
  act: Act,
  tell: Teller,
  around: Surroundings,
): Promise<Ending> {
  const { stack, number } = ask;
  tell.rollingBack(cause);
  try {
    const { leftAlone } = await act.reverseCheckouts({ stack, number });
    await act.applyServices({ stack, number, direction: 'back' });
    tell.settled(await act.settleServices({ stack, number, direction: 'back' }));
    const alone =
      leftAlone.length === 0 ? '' : ` Left alone, because a person touched it since: ${leftAlone.join(', ')}.`;
    return { outcome: 'rolled back', message: `${cause}${alone}` };
  } catch (error) {
    return {
      outcome: 'roll back failed',
      message: `${cause}\nIt could not be rolled back: ${around.failureOf(error).message}\nThe stack was left as it runs and needs a person.`,
    };
  }
}

async function twiceIfSurroundings<T>(work: () => Promise<T>, around: Surroundings): Promise<T> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await work();
    } catch (error) {
      if (around.isCancellation(error) || !plan.deservesSecondTry(around.failureOf(error), tries)) throw error;
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
