/** Hooks of components, joined with the stack they belong to. */
import type { HookResult, PlannedHook } from '../../workflows/model.js';
import { composeEnvironment } from '../compose/command.js';
import { findHooks, type ComponentHook } from '../components/hooks.js';
import { describeHookEnd, runHook as run } from '../components/run-hook.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import type { Configuration } from '../stack/view.js';
import type { Activities } from '../types.js';
import { componentsOf } from './components.js';
import type { Dependencies } from './dependencies.js';
import { requireTurn } from './local-run.js';
import { openConfiguration, openLiveProject, redactorOf } from './open.js';
import { isProxyStale, platformHook } from './platform-steps.js';
import { appliedDecisions } from './settle.js';
import { HookResults, readRecord, writeRecord } from './records.js';

const FILE = 'hooks.json';

/**
 * At least once: after a kill it runs again. On the way back a hook that the former release has not is passed over, and one
 * that fails is recorded and stops nothing: the services of the former release are worth more.
 */
export async function runHook(
  { stack: name, number, component, hook, step: platformStep, direction }: Parameters<Activities['runHook']>[0],
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['runHook']> {
  const stack = await deps.state.stack(name);
  await requireTurn(stack, number);
  const view = await (platformStep === undefined ? openConfiguration : openLiveProject)(stack, deps, step.signal);
  const redact = redactorOf(view);
  const asked = { component, hook, ...(platformStep === undefined ? {} : { step: platformStep }) };
  const found = await findHook(asked, view);
  if (platformStep === 'restart proxy' && !isProxyStale(await appliedDecisions(stack, number, direction))) {
    step.log.info('The proxy is not restarted: no other service has a new container.');
    return { ...asked, status: 0, seconds: 0 };
  }
  if (found === undefined) {
    if (direction === 'back' || platformStep !== undefined) return { ...asked, status: 0, seconds: 0 };
    throw new StepFailure(
      FAILURES.configuration,
      `Component ${component} has no ${hook} hook after the checkouts moved, although the staged stack had one.`,
    );
  }
  const environment = platformStep === undefined ? view.variables : composeEnvironment(view.composeVariables);
  const ended = await run(found, {
    view: { directory: view.directory, variables: environment },
    ...{ lock: await stack.lock(), step, redact },
  });
  const result: HookResult = { ...asked, status: ended.status, seconds: ended.seconds };
  await writeRecord(stack, number, FILE, [...(await hookResults(stack, number)), result]);
  if (ended.status === 0) return result;
  step.log.warn(describeHookEnd(found, ended));
  if (found.policy === 'continue' || direction === 'back') return result;
  throw new StepFailure(FAILURES.applyFailed, describeHookEnd(found, ended));
}

async function findHook(
  { component, hook, step }: PlannedHook,
  view: Configuration,
): Promise<ComponentHook | undefined> {
  if (step !== undefined) return platformHook(step, view);
  const { hooks } = await findHooks(await componentsOf(view), view);
  return hooks.find((candidate) => candidate.component === component && candidate.hook === hook);
}

/** What the hooks of a deployment did so far, in order. */
export async function hookResults(stack: StackState, number: number): Promise<HookResult[]> {
  return (await readRecord(stack, number, FILE, HookResults)) ?? [];
}
