import { awaitIdle as wait } from '../components/busy.js';
import type { Step } from '../shared/step.js';
import type { Activities, DeploymentInput } from '../types.js';
import { componentsOf } from './components.js';
import type { Dependencies } from './dependencies.js';
import { openConfiguration, redactorOf } from './open.js';
import { planOf, readRecord, writeRecord, WaitRecord } from './records.js';

const EVERY_SECONDS = 10;
const FILE = 'idle.json';

/**
 * Waits while users work where the plan would interrupt, each component up to its limit. Those who are asked are what runs
 * now. Twice: the time that was waited already counts.
 */
export async function awaitIdle(
  { stack: name, number }: DeploymentInput,
  step: Step,
  deps: Dependencies,
): ReturnType<Activities['awaitIdle']> {
  const stack = await deps.state.stack(name);
  const { touched } = await planOf(stack, number);
  const view = await openConfiguration(stack, deps, step.signal);
  const begun = await readRecord(stack, number, FILE, WaitRecord);
  const since = begun?.since ?? Date.now();
  if (!begun) await writeRecord(stack, number, FILE, { since });
  const { interrupts, warnings, waitedSeconds } = await wait(await componentsOf(view), touched, {
    view,
    since,
    signal: step.signal,
    redact: redactorOf(view),
    limitSeconds: view.settings.busyLimitSeconds,
    everySeconds: EVERY_SECONDS,
    heartbeat: (details) => step.heartbeat(details),
  });
  for (const warning of warnings) step.log.warn(warning);
  for (const who of interrupts) step.log.warn(`The limit is over, so this is interrupted: ${who}`);
  return { waitedSeconds: Math.round(waitedSeconds), interrupts };
}
