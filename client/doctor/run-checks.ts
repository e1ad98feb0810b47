/** Runs checks side by side. Each has a limit and a failure of its own: whatever hangs or throws, the others tell. */
import { messageOf } from '../../activities/shared/failures.js';
import type { Finding } from '../schemas.js';
import { fail, NotLooked, warn } from './findings.js';

export interface Check<Context> {
  /** Shown where the check itself fails. */
  name: string;
  /** `LIMIT_MS` unless given. */
  limitMs?: number;
  run: (context: Context, signal: AbortSignal) => Promise<Finding[]>;
}

const LIMIT_MS = 10_000;

/** In the order of the checks, however long each takes. */
export async function runChecks<Context>(checks: readonly Check<Context>[], context: Context): Promise<Finding[]> {
  return (await Promise.all(checks.map((check) => runOne(check, context)))).flat();
}

async function runOne<Context>(
  { name, limitMs = LIMIT_MS, run }: Check<Context>,
  context: Context,
): Promise<Finding[]> {
  const limit = AbortSignal.timeout(limitMs);
  const tooLong = new Promise<never>((_, reject) => {
    limit.addEventListener('abort', () => reject(new Error(`no answer within ${limitMs / 1000} s`)), { once: true });
  });
  try {
    return await Promise.race([run(context, limit), tooLong]);
  } catch (error) {
    if (error instanceof NotLooked) return [warn(name, `not looked at: ${messageOf(error)}`)];
    if (limit.aborted) return [fail(name, `no answer within ${limitMs / 1000} s`, 'See what it waits for.')];
    return [fail(name, `the check failed: ${messageOf(error)}`, 'Mend what the message names.')];
  }
}
