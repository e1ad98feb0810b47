/** How what failed in a data job is told. Pure. */
import { FAILURES, isStepFailure, messageOf, StepFailure } from '../shared/failures.js';
import { redactUrls } from '../shared/redact.js';
import type { DataEntry } from './job.js';

export const describeEntry = ({ number, checkout }: Pick<DataEntry, 'number' | 'checkout'>): string =>
  `entry ${number} (${checkout})`;

const MOST_TOLD = 10;

/** After all entries: the parts that failed, a line each. */
export function failureOf(failures: readonly string[]): StepFailure {
  const type = failures.some((failure) => /No space left on device/.test(failure))
    ? FAILURES.diskFull
    : FAILURES.applyFailed;
  const count = failures.length === 1 ? 'One part' : `${failures.length} parts`;
  const advice = 'Whatever else was to be done was done. Correct it; the next run does these again.';
  return new StepFailure(type, `${count} of the data job failed:\n${lines(failures)}\n${advice}`);
}

/** A clone or fetch that failed, with what had failed before it. */
export function gitFailureOf(error: unknown, where: string, failures: readonly string[]): unknown {
  const before = failures.length === 0 ? '' : `\nBefore it, these failed:\n${lines(failures)}`;
  const message = `${where}: ${messageOf(error)} This entry and those behind it stay as they are deployed.${before}`;
  if (isStepFailure(error)) return new StepFailure(error.type, message, error.retryAfterMs);
  return new Error(redactUrls(message));
}

function lines(failures: readonly string[]): string {
  const more = failures.length - MOST_TOLD;
  return [...failures.slice(0, MOST_TOLD), ...(more > 0 ? [`and ${more} more`] : [])]
    .map((line) => `- ${line}`)
    .join('\n');
}

/** Passwords of addresses as variables for the redactor: as they are written, and as programs may show them. */
export function secretsOf(urls: readonly string[]): Record<string, string> {
  const found = urls.flatMap((url) => {
    const [, user, password] = /^[a-z][a-z0-9+.-]*:\/\/([^/@:]*)(?::([^/]*))?@/i.exec(url) ?? [];
    const secret = password ?? (/^https?:/i.test(url) ? user : undefined);
    return secret === undefined || secret === '' ? [] : [secret, decoded(secret)];
  });
  return Object.fromEntries([...new Set(found)].map((secret, at) => [`PASSWORD_${at}`, secret]));
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
