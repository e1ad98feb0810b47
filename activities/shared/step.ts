/**
 * What an activity is told about the attempt it runs in. Activities are plain async functions
 * `(input, step) => result`; `worker/` gives them a step backed by Temporal, `birdkeeper plan` and tests a local one.
 */
export interface Step {
  /** Aborted when the deployment is cancelled or the worker leaves; pass it on to every child process. */
  readonly signal: AbortSignal;
  /** Aborted as soon as the worker is told to leave: `signal` follows when the step takes too long to end by itself. */
  readonly leaving?: AbortSignal;
  /** 1 for the first try. */
  readonly attempt: number;
  /** Progress that is seen in the Temporal UI; also beats on a timer by itself. */
  heartbeat(details?: unknown): void;
  /** Phase-bound log of this deployment or job. */
  readonly log: StepLog;
}

export interface StepLog {
  /** One line of a child process, redacted before it is written. */
  output(line: string): void;
  info(message: string, fields?: Record<string, unknown>): void;
  warn(message: string, fields?: Record<string, unknown>): void;
}

const silent: StepLog = { output: () => undefined, info: () => undefined, warn: () => undefined };

/** A step outside Temporal. */
export function localStep(overrides: Partial<Step> = {}): Step {
  return { signal: new AbortController().signal, attempt: 1, heartbeat: () => undefined, log: silent, ...overrides };
}
