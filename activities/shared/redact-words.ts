/** Takes secrets out of what services said, before it leaves an activity. Names of birds, handlers and people stay. Pure. */
import type { Redact } from './redact.js';

const WORDS = ['why', 'todo', 'failed'] as const;

/** The same, with every sentence in it redacted. */
export function redactWords<T extends object>(said: T, redact: Redact): T {
  const changed = WORDS.flatMap((key) => {
    const value = (said as Record<string, unknown>)[key];
    return typeof value === 'string' ? [[key, redact(value)] as const] : [];
  });
  return { ...said, ...Object.fromEntries(changed) };
}
