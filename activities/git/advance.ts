/**
 * Moves one checkout between two commits. The intent (checkout, from, to) is on disk before the first call; what was
 * done already is read from the repository. Commands that change it hold the stack's lock and survive the worker.
 */
import { FAILURES, StepFailure } from '../shared/failures.js';
import { CommandFailed } from '../shared/run-command.js';
import type { Checkout } from '../stack/view.js';
import { capped } from './classify.js';
import { currentUpstream, isAncestor } from './history.js';
import { requireMayReset } from './may-reset.js';
import { moveFacts } from './move-facts.js';
import { explainMoveFailure } from './move-failure.js';
import { planMove, type MovePlan, type Moves } from './recover-plan.js';
import { Repository, requireCommit, type GitOptions, type Guard } from './repository.js';
import { shownPath } from './shown-path.js';

export interface MoveRequest extends GitOptions {
  readonly checkout: Checkout;
  /** Full ids; `from` is what the release before has. */
  readonly from: string;
  readonly to: string;
  readonly guard: Guard;
  /**
   * A command of ours may have been killed here: the intent was on disk before this attempt. Files cut short, emptied
   * or missing among those that differ between the commits then count as ours; otherwise they are a person's.
   */
  readonly interrupted: boolean;
  /** Absolute paths of files that we rendered: untracked, they are not a person's. */
  readonly rendered: readonly string[];
  /**
   * How the branch gets to `to`: `fast-forward` unless given. reset: to what a pin names, after a rewritten upstream, or
   * back to an ancestor; also with a detached HEAD, which stays so. `reverse` must be told what `advance` was.
   */
  readonly moves?: Moves | undefined;
  /** With `reset`: the tag or commit that the checkout follows. */
  readonly pin?: string | undefined;
  /** With `reset`: commits that were deployed here before. */
  readonly recorded?: readonly string[] | undefined;
}

/** repaired: a killed command had left it between the two. */
export type MoveResult = 'moved' | 'already there' | 'repaired';
export type ReverseResult = { result: MoveResult } | { result: 'left alone'; reason: string };

/**
 * Fast-forwards to `to`, which must descend from `from` and be reachable from the configured upstream; or resets to it
 * (see `requireMayReset`).
 * Throws Blocked when a person was here, and has touched nothing then. Twice: finishes what was begun.
 */
export async function advance(request: MoveRequest): Promise<MoveResult> {
  const { repository, plan } = await look(request, 'to');
  await requireMayAdvance(repository, request, plan);
  return carryOut(repository, request, plan, 'to');
}

/**
 * The checks of `advance`, asked of all checkouts before the first one moves; what is returned does the rest. In a plain
 * move git itself refuses to lose what a person did since; a repair would not, so there everything is looked at again.
 */
export async function prepareAdvance(request: MoveRequest): Promise<() => Promise<MoveResult>> {
  const { repository, plan } = await look(request, 'to');
  await requireMayAdvance(repository, request, plan);
  return () => (plan.do === 'repair' ? advance(request) : carryOut(repository, request, plan, 'to'));
}

/**
 * Puts branch and work tree back to `from`. A checkout that a person moved or edited since is left alone, with the
 * reason; untracked files that are not in the way do not keep the bad release in place. Twice: finishes.
 */
export async function reverse(request: MoveRequest): Promise<ReverseResult> {
  const { repository, plan } = await look(request, 'from');
  if (plan.do === 'leave') return { result: 'left alone', reason: inWords(plan) };
  requireNotBusy(request.checkout, plan);
  return { result: await carryOut(repository, request, plan, 'from') };
}

async function look(request: MoveRequest, target: 'from' | 'to'): Promise<{ repository: Repository; plan: MovePlan }> {
  const [from, to] = [requireCommit(request.from), requireCommit(request.to)];
  const repository = await Repository.at(request.checkout.dir, request);
  // A command that outlived its worker holds the lock until it is done: what it does is waited for, not repaired.
  if (request.interrupted) await repository.changeWith({ file: 'true', args: [] }, request.guard);
  const { interrupted, rendered, moves } = request;
  const facts = await moveFacts(repository, { from, to, target, interrupted, moves, rendered });
  return { repository, plan: planMove(facts) };
}

async function requireMayAdvance(repository: Repository, request: MoveRequest, plan: MovePlan): Promise<void> {
  const { checkout, from, to } = request;
  if (plan.do === 'leave') {
    throw new StepFailure(
      FAILURES.blocked,
      `${checkout.dir} is left as it is: ${inWords(plan)}. Commit, move or remove that; the deployment goes on by itself at the next look`,
    );
  }
  requireNotBusy(checkout, plan);
  if (plan.do === 'nothing') return;
  if (request.moves === 'reset') return requireMayReset(repository, request);
  if (!(await isAncestor(repository, from, to))) {
    throw new StepFailure(FAILURES.blocked, `${checkout.dir}: ${to} does not descend from ${from}: no fast-forward`);
  }
  const upstream = await currentUpstream(repository);
  if (upstream === undefined || !(await isAncestor(repository, to, upstream))) {
    throw new StepFailure(
      FAILURES.badInput,
      `${checkout.dir}: ${to} is not reachable from its upstream (${upstream ?? 'none configured'}), so it is not deployed`,
    );
  }
}

function requireNotBusy({ dir }: Checkout, plan: MovePlan): void {
  if (plan.do === 'wait') throw new StepFailure(FAILURES.busy, `${dir}: ${plan.reason}; it is tried again`, 5_000);
}

async function carryOut(
  repository: Repository,
  request: MoveRequest,
  plan: MovePlan,
  target: 'from' | 'to',
): Promise<MoveResult> {
  if (plan.do !== 'move' && plan.do !== 'repair') return 'already there';
  const goal = request[target];
  const how = target === 'to' && request.moves !== 'reset' ? forward : back;
  try {
    if (plan.do === 'move') await repository.change(how(goal), request.guard);
    else await repair(repository, request, plan.locks, target);
  } catch (error) {
    request.signal.throwIfAborted();
    throw error instanceof CommandFailed ? explainMoveFailure(repository.dir, error) : error;
  }
  const head = await repository.line(['rev-parse', 'HEAD']);
  if (head !== goal) throw new Error(`${repository.dir} is at ${head} after it was moved to ${goal}`);
  return plan.do === 'move' ? 'moved' : 'repaired';
}

/** Options in full, because a branch's `mergeOptions` may say otherwise. */
export const forward = (commit: string): string[] => [
  'merge',
  '--ff-only',
  '--no-overwrite-ignore',
  '--no-autostash',
  '--no-squash',
  '--no-stat',
  '--quiet',
  commit,
];

export const back = (commit: string): string[] => ['reset', '--keep', '--quiet', commit];

/**
 * The index is set to the other commit first, without touching a file: git then holds every changed path for its own,
 * removes those that the goal lacks and writes the others, whatever a kill left of them. Killed in here: the same again.
 */
async function repair(
  repository: Repository,
  { from, to, guard }: MoveRequest,
  locks: readonly string[],
  target: 'from' | 'to',
): Promise<void> {
  if (locks.length > 0) await repository.changeWith({ file: 'rm', args: ['-f', '--', ...locks] }, guard);
  await repository.change(['read-tree', '--reset', target === 'to' ? from : to], guard);
  await repository.change(['reset', '--hard', '--quiet', target === 'to' ? to : from], guard);
}

function inWords({ reason, files }: Extract<MovePlan, { do: 'leave' }>): string {
  return files.length === 0 ? reason : `${reason}: ${capped(files.map(shownPath)).join(', ')}`;
}
