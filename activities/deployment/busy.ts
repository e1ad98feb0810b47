import { askBusy } from '../components/busy.js';
import { FAILURES, isStepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import { componentsOf } from './components.js';
import type { Dependencies } from './dependencies.js';
import { openLive, redactorOf } from './open.js';

/** Who works now where the plan would interrupt. Asked of what runs; a live configuration that does not read knows nobody. */
export async function interruptedBy(
  stack: StackState,
  touched: readonly string[],
  step: Step,
  deps: Dependencies,
): Promise<{ interrupts: string[]; warnings: string[] }> {
  if (touched.length === 0) return { interrupts: [], warnings: [] };
  try {
    const view = await openLive(stack, deps, step.signal);
    const components = await componentsOf(view);
    return await askBusy(components, touched, { view, signal: step.signal, redact: redactorOf(view) });
  } catch (error) {
    if (!isStepFailure(error, FAILURES.configuration)) throw error;
    return { interrupts: [], warnings: [] };
  }
}
