/** One run at a time for a directory, whatever process and container it is in; a worker that is killed holds nothing. */
import { LOCK_BUSY_STATUS } from '../shared/guarded.js';
import { CommandFailed, runCommand } from '../shared/run-command.js';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { holdLockCommand } from './commands.js';

/** As good as for ever: setTimeout takes no more than 24 days. */
const HELD_MS = 20 * 24 * 60 * 60 * 1000;

/** `lock` is a file or directory that exists. Throws Busy when another run has it. */
export async function withLock<T>(lock: string, env: Record<string, string>, work: () => Promise<T>): Promise<T> {
  const { obtained, release } = hold(lock, env);
  try {
    await obtained;
    return await work();
  } finally {
    await release();
  }
}

function hold(lock: string, env: Record<string, string>) {
  let letGo = (): void => undefined;
  let has = (): void => undefined;
  const echoed = new Promise<void>((resolve) => (has = resolve));
  const held = runCommand(holdLockCommand(lock), {
    env,
    // Not the step's: who is told to stop still works until it has.
    signal: new AbortController().signal,
    timeoutMs: HELD_MS,
    converse: (talk) => {
      talk.send('mine\n');
      letGo = () => talk.end();
      return () => has();
    },
  }).then(
    () => undefined,
    (error: unknown) => explain(error, lock),
  );
  const obtained = Promise.race([
    echoed,
    held.then((failure) => {
      throw failure ?? new Error(`the lock of ${lock} was lost`);
    }),
  ]);
  return {
    obtained,
    release: async () => {
      letGo();
      await held;
    },
  };
}

function explain(error: unknown, lock: string): Error {
  if (!(error instanceof CommandFailed)) return error instanceof Error ? error : new Error(messageOf(error));
  if (error.status === LOCK_BUSY_STATUS) {
    return new StepFailure(FAILURES.busy, `Another rotation works on ${lock}: it is tried again.`);
  }
  if (error.reason === 'not started') {
    return new StepFailure(FAILURES.configuration, `${error.message}. Install util-linux, which has flock.`);
  }
  return error;
}
