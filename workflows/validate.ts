/**
 * Plain checks of what reaches a workflow from outside. zod would add a megabyte to the bundle, and an error thrown in a
 * handler would fail the workflow task for ever.
 */
import { oneLine } from './one-line.js';

const MAX_REASON = 300;
const MAX_WHO = 100;

export const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,62}$/;
export const isName = (value: unknown): value is string => typeof value === 'string' && NAME.test(value);

/** `{v: 1, host, stack}`, which every workflow of a stack starts with. */
export const isStackInput = (value: unknown): value is { v: 1; host: string; stack: string } =>
  isObject(value) && value.v === 1 && isName(value.host) && isName(value.stack);

/** The reason somebody gave, on one line and short; the fallback when there is none. */
export function reasonOf(value: unknown, fallback: string, most = MAX_REASON): string {
  const given = isObject(value) ? value.reason : value;
  if (typeof given !== 'string') return fallback;
  const line = oneLine(given);
  // Cut between characters, not inside one.
  return line === '' ? fallback : [...line].slice(0, most).join('').trimEnd();
}

/** Who says it, `user@host`, for the record. Not proven: whoever reaches the server can write any name. */
export const whoOf = (value: unknown): string => reasonOf(isObject(value) ? value.by : value, 'somebody', MAX_WHO);

const COMMIT = /^[0-9a-f]{7,64}$/;
export const isCommits = (value: unknown): value is Record<string, string> =>
  isObject(value) &&
  Object.entries(value).length <= 100 &&
  Object.entries(value).every(
    ([name, commit]) => name.length <= 200 && typeof commit === 'string' && COMMIT.test(commit),
  );
