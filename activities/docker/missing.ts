import { statusOf } from './errors.js';

/** Undefined when the engine answers that there is no such thing. */
export async function unlessMissing<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (statusOf(error instanceof Error ? error.cause : undefined) === 404) return undefined;
    throw error;
  }
}
