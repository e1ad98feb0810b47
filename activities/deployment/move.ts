/** `advance` and its way back: all checkouts move, or none. */
import type { Commits } from '../../workflows/model.js';
import { prepareAdvance, reverse, type MoveRequest } from '../git/advance.js';
import { FAILURES, isStepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import { applyRendered, planRendered, restoreRendered } from '../stack/rendered-files.js';
import type { Intent, StackState } from '../state/index.js';
import type { Activities, DeploymentInput } from '../types.js';
import { backupTurns } from './backup-turns.js';
import type { Dependencies } from './dependencies.js';
import { requireTurn } from './local-run.js';
import { gitOptions, openConfiguration, readStaged } from './open.js';
import { keepOwnership } from './ownership.js';
import { FormerFiles, planOf, readRecord, writeRecord, type PlanRecord } from './records.js';

const LOCK_WAIT_SECONDS = 330;
const MOVE_LIMIT_SECONDS = 300;
const MAX_NAMES = 50;
const FORMER_FILES = 'former-files.json';

/**
 * Writes the intent, asks of all checkouts whether they may move, moves them one by one, then writes the rendered files
 * whose text changed. Twice: finishes what was begun. Throws Blocked when a person touched a checkout since it was looked
 * at; those that moved before are put back by the rollback.
 */
export async function advanceCheckouts(
  { stack: name, number }: DeploymentInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['advanceCheckouts']> {
  const stack = await deps.state.stack(name);
  await requireTurn(stack, number);
  await backupTurns.free(stack.path(), step);
  const plan = await planOf(stack, number);
  const interrupted = (await stack.intent())?.number === number;
  const checkouts = await movingCheckouts(stack, number, plan.from, plan.to, plan);
  await stack.setIntent({ number, direction: 'forward', reached: 'advance', recovered: false, checkouts });

  const requests = await requestsFor(checkouts, interrupted, stack, deps, step);
  const prepared = [];
  for (const request of requests) prepared.push({ ...request, move: await prepareAdvance(request) });
  for (const { checkout, from, to, move } of prepared) {
    step.log.info(`${checkout.name}: ${from.slice(0, 12)} → ${to.slice(0, 12)} (${await move()})`);
  }
  return {
    moved: checkouts.map(({ name: moved }) => moved),
    renderedFiles: await writeRendered(stack, number, plan, step, deps),
  };
}

/**
 * Puts every checkout back to where a rollback goes, and the rendered files that `advance` wrote. A checkout that a person
 * touched since is left alone. Twice: finishes.
 */
export async function reverseCheckouts(
  { stack: name, number }: DeploymentInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['reverseCheckouts']> {
  const stack = await deps.state.stack(name);
  await requireTurn(stack, number);
  const plan = await planOf(stack, number);
  const intent = await stack.intent();
  if (intent?.number !== number) return { moved: [], leftAlone: [] };
  await stack.setIntent({ ...intent, direction: 'back' });

  const interrupted = mayBeHalfWritten(intent);
  const result = await moveBack(intent, interrupted, stack, deps, step);
  const returning = await movingCheckouts(stack, number, plan.back, plan.from, plan);
  const further = await moveBack({ ...intent, checkouts: returning }, interrupted, stack, deps, step);
  await restoreFormer(stack, number);
  await ownAsBefore(stack, step, deps);
  return {
    moved: [...new Set([...result.moved, ...further.moved])],
    leftAlone: [...new Set([...result.leftAlone, ...further.leftAlone])],
  };
}

/** A configuration that does not read even after the way back says so where it is needed. */
async function ownAsBefore(stack: StackState, step: Step, deps: Dependencies): Promise<void> {
  try {
    await keepOwnership(await openConfiguration(stack, deps, step.signal), step, deps);
  } catch (error) {
    if (!isStepFailure(error, FAILURES.configuration)) throw error;
  }
}

/**
 * Puts the checkouts in order that a deployment left behind whose workflow is gone: what was half written goes back to
 * where it came from. What had reached `apply` stays, and is applied again by whoever deploys next.
 */
export async function recoverIntent(
  stack: StackState,
  intent: Intent,
  deps: Dependencies,
  step: Step,
): Promise<string[]> {
  const back = intent.reached === 'advance' || intent.direction === 'back';
  const { leftAlone } = back ? await moveBack(intent, true, stack, deps, step) : { leftAlone: [] };
  if (back) await restoreFormer(stack, intent.number);
  await stack.setIntent({ ...intent, recovered: true });
  return leftAlone;
}

/** Only then do files that are cut short or missing count as ours; otherwise a person emptied or deleted them. */
const mayBeHalfWritten = ({ reached, direction }: Intent): boolean => reached === 'advance' || direction === 'back';

async function moveBack(
  intent: Intent,
  interrupted: boolean,
  stack: StackState,
  deps: Dependencies,
  step: Step,
): Promise<{ moved: string[]; leftAlone: string[] }> {
  const moved: string[] = [];
  const leftAlone: string[] = [];
  for (const request of await requestsFor(intent.checkouts, interrupted, stack, deps, step)) {
    const { name } = request.checkout;
    const outcome = await reverse(request);
    if (outcome.result === 'left alone') {
      step.log.warn(`${name} is left alone: ${outcome.reason}`);
      leftAlone.push(name);
    } else {
      step.log.info(`${name}: back at ${request.from.slice(0, 12)} (${outcome.result})`);
      if (outcome.result !== 'already there') moved.push(name);
    }
  }
  return { moved, leftAlone };
}

type Move = Intent['checkouts'][number];

/** Checkouts that differ between the two sets of commits. */
async function movingCheckouts(
  stack: StackState,
  number: number,
  from: Commits,
  to: Commits,
  how: Pick<PlanRecord, 'resets' | 'pins'> = { resets: [], pins: {} },
): Promise<Move[]> {
  const { checkouts } = await readStaged(stack, number);
  return checkouts.flatMap(({ name, dir }) => {
    const [before, after, pin] = [from[name], to[name], how.pins[name]];
    if (before === undefined || after === undefined || before === after) return [];
    const reset = how.resets.includes(name) ? { reset: true } : {};
    return [{ name, dir, from: before, to: after, ...reset, ...(pin === undefined ? {} : { pin }) }];
  });
}

async function requestsFor(
  moves: readonly Move[],
  interrupted: boolean,
  stack: StackState,
  deps: Dependencies,
  step: Step,
): Promise<MoveRequest[]> {
  const guard = { lock: await stack.lock(), waitSeconds: LOCK_WAIT_SECONDS, limitSeconds: MOVE_LIMIT_SECONDS };
  const git = gitOptions(deps, step.signal, LOCK_WAIT_SECONDS + MOVE_LIMIT_SECONDS);
  const rendered = await stack.renderedPaths();
  const releases = await stack.releases();
  return moves.map(({ name, dir, from, to, reset, pin }) => ({
    ...git,
    checkout: { name, dir },
    ...{ from, to, guard, interrupted, rendered, pin },
    recorded: releases.flatMap(({ commits }) => commits[name] ?? []),
    ...(reset ? { moves: 'reset' as const } : {}),
  }));
}

/** What stood there before is kept first, once: a retry must not take our own text for the former one. */
async function writeRendered(
  stack: StackState,
  number: number,
  plan: PlanRecord,
  step: Step,
  deps: Dependencies,
): Promise<string[]> {
  const view = await openConfiguration(stack, deps, step.signal);
  if (!(await readRecord(stack, number, FORMER_FILES, FormerFiles))) {
    const changes = await planRendered(view);
    const former = changes.map(({ path, before }) => ({ path, text: before?.toString('base64') ?? null }));
    await writeRecord(stack, number, FORMER_FILES, former);
  }
  const written = plan.skip ? [] : await applyRendered(view);
  for (const path of written) step.log.info(`rendered ${path}`);
  await keepOwnership(view, step, deps);
  return written.slice(0, MAX_NAMES);
}

async function restoreFormer(stack: StackState, number: number): Promise<void> {
  const former = (await readRecord(stack, number, FORMER_FILES, FormerFiles)) ?? [];
  await restoreRendered(
    former.map(({ path, text }) => ({ path, text: text === null ? null : Buffer.from(text, 'base64') })),
  );
}
