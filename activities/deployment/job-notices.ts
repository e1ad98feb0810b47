/** Tells people of jobs that fail, that recover, and that keep their next runs from beginning. Nothing here fails a run. */
import { RETRYABLE_FAILURES } from '../../workflows/contract.js';
import type { EndedJob } from '../notices/index.js';
import { isStepFailure, messageOf } from '../shared/failures.js';
import type { Step } from '../shared/step.js';
import { tellOfJob } from './notices.js';
import type { Dependencies } from './dependencies.js';

type Trouble = EndedJob['trouble'];

export interface WatchedJob<T> {
  readonly stack: string;
  readonly job: string;
  /**
   * What is wrong with a result; undefined: nothing; not yet: it is tried again, so that nobody knows. Absent: every result is
   * a good one.
   */
  readonly troubleOf?: (result: T) => Trouble | 'not yet';
  /** After how long a run keeps its next ones from beginning, and what is said then. */
  readonly late?: { readonly afterMs: number; readonly what: string; readonly text: string };
}

/** Tries after which a failure of the surroundings is no hiccup. */
const PATIENCE = 5;

export async function watched<T>(
  { stack, job, troubleOf, late }: WatchedJob<T>,
  step: Step,
  deps: Dependencies,
  work: () => Promise<T>,
): Promise<T> {
  const tell = (trouble: Trouble) => safely(step, () => tellOfJob({ stack, job, trouble }, step, deps));
  const timer = late && setTimeout(() => void tell({ what: late.what, text: late.text }), late.afterMs);
  timer?.unref();
  try {
    const result = await work();
    const trouble = troubleOf?.(result);
    if (trouble !== 'not yet') await tell(trouble);
    return result;
  } catch (error) {
    if (!step.signal.aborted && !mayPass(error, step)) await tell({ what: 'failed', text: messageOf(error) });
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

const mayPass = (error: unknown, { attempt }: Step): boolean =>
  isStepFailure(error) && RETRYABLE_FAILURES.includes(error.type) && attempt < PATIENCE;

async function safely(step: Step, act: () => Promise<void>): Promise<void> {
  try {
    await act();
  } catch (error) {
    if (!step.signal.aborted) step.log.warn(`Nobody was told of the job: ${messageOf(error)}`);
  }
}
