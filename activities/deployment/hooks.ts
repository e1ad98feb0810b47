/** Hooks of components, joined with the stack they belong to. */
import type { HookResult } from '../../workflows/model.js';
import { findHooks } from '../components/hooks.js';
import { describeHookEnd, runHook as run } from '../components/run-hook.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Activities } from '../types.js';
import { componentsOf } from './components.js';
import type { Dependencies } from './dependencies.js';
import { requireTurn } from './local-run.js';
import { openConfiguration, redactorOf } from './open.js';
import { HookResults, readRecord, writeRecord } from './records.js';

const FILE = 'hooks.json';

/**
 * At least once: after a kill it runs again. On the way back a hook that the former release has not is passed over, and one
 * that fails is recorded and stops nothing: the services of the former release are worth more.
 */
export async function runHook(
  { stack: name, number, component, hook, direction }: Parameters<Activities['runHook']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['runHook']> {
  const stack = await deps.state.stack(name);
  await requireTurn(stack, number);
  const view = await openConfiguration(stack, deps, step.signal);
  const redact = redactorOf(view);
  const { hooks } = await findHooks(await componentsOf(view), view);
  const found = hooks.find((candidate) => candidate.component === component && candidate.hook === hook);
  if (found === undefined) {
    if (direction === 'back') return { component, hook, status: 0, seconds: 0 };
    throw new StepFailure(
      FAILURES.configuration,
      `Component ${component} has no ${hook} hook after the checkouts moved, although the staged stack had one.`,
    );
  }
  const ended = await run(found, { view, lock: await stack.lock(), step, redact });
  const result: HookResult = { component, hook, status: ended.status, seconds: ended.seconds };
  await writeRecord(stack, number, FILE, [...(await hookResults(stack, number)), result]);
  if (ended.status === 0) return result;
  step.log.warn(describeHookEnd(found, ended));
  if (found.policy === 'continue' || direction === 'back') return result;
  throw new StepFailure(FAILURES.applyFailed, describeHookEnd(found, ended));
}

/** What the hooks of a deployment did so far, in order. */
export async function hookResults(stack: StackState, number: number): Promise<HookResult[]> {
  return (await readRecord(stack, number, FILE, HookResults)) ?? [];
}
