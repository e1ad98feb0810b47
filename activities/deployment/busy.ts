import { askBusy } from '../components/busy.js';
import { FAILURES, isStepFailure } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import type { StackState } from '../state/index.js';
import { componentsOf } from './components.js';
import type { Dependencies } from './dependencies.js';
import { openConfiguration, redactorOf } from './open.js';

interface Interrupted {
  /** Some component says how to ask. */
  asked: boolean;
  interrupts: string[];
  warnings: string[];
}

const NOBODY: Interrupted = { asked: false, interrupts: [], warnings: [] };

/** Who works now where the plan would interrupt. Asked of what runs; a live configuration that does not read knows nobody. */
export async function interruptedBy(
  stack: StackState,
  touched: readonly string[],
  step: Step,
  deps: Dependencies,
): Promise<Interrupted> {
  if (touched.length === 0) return NOBODY;
  try {
    const view = await openConfiguration(stack, deps, step.signal);
    const components = await componentsOf(view);
    const options = { view, signal: step.signal, redact: redactorOf(view) };
    const asked = components.some(({ manifest }) => manifest.busy !== undefined);
    return { asked, ...(await askBusy(components, touched, options)) };
  } catch (error) {
    if (!isStepFailure(error, FAILURES.configuration)) throw error;
    return NOBODY;
  }
}
