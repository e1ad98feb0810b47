import { FAILURES, type FailureType } from '../../workflows/contract.js';

/**
 * An error whose type says what follows (see `FAILURES`). `worker/` turns it into an ApplicationFailure of that type.
 * The message is for the person who reads it: what failed, why, what to do.
 */
export class StepFailure extends Error {
  override readonly name = 'StepFailure';

  constructor(
    readonly type: FailureType,
    message: string,
    /** Milliseconds after which trying again makes sense, for retryable types. */
    readonly retryAfterMs?: number,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

/** Message of anything thrown, one line. */
export function messageOf(error: unknown): string {
  const text = error instanceof Error ? error.message : String(error);
  return text.trim();
}

export const isStepFailure = (error: unknown, type?: FailureType): error is StepFailure =>
  error instanceof StepFailure && (type === undefined || error.type === type);

export { FAILURES };
