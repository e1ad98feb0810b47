import { FAILURES, StepFailure, messageOf } from '../shared/failures.js';

const UNREACHABLE = [
  'ECONNREFUSED',
  'ECONNRESET',
  'ENOENT',
  'EACCES',
  'EPIPE',
  'ETIMEDOUT',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'ENOTFOUND',
  'EAI_AGAIN',
];

/** Translates what an engine call threw. Answers of the engine itself stay ordinary errors, told what was asked. */
export function engineFailure(error: unknown, what: string, address: string): Error {
  if (error instanceof StepFailure) return error;
  const code = errorCode(error);
  if (code === 'EACCES') {
    return unavailable(`may not be used by this user (${code} on ${address}). Add the user to its group`, what, error);
  }
  if (code !== undefined && UNREACHABLE.includes(code)) {
    return unavailable(`does not answer (${code} at ${address}). Start it: systemctl start docker`, what, error);
  }
  if (/socket hang up|aborted/i.test(messageOf(error))) {
    return unavailable(`broke off (${messageOf(error)} at ${address})`, what, error);
  }
  if (/no space left on device/i.test(messageOf(error))) {
    return new StepFailure(
      FAILURES.diskFull,
      `The Docker Engine has no room left (${what}). Free space in its data directory.`,
      undefined,
      { cause: error },
    );
  }
  return new Error(`${what}: ${messageOf(error)}`, { cause: error });
}

export function engineTimeout(what: string, limitMs: number, address: string): StepFailure {
  return unavailable(`did not answer within ${limitMs / 1000} s at ${address}`, what);
}

function unavailable(how: string, what: string, cause?: unknown): StepFailure {
  return new StepFailure(FAILURES.engineUnavailable, `The Docker Engine ${how} (${what}).`, undefined, { cause });
}

export function statusOf(error: unknown): number | undefined {
  if (typeof error === 'object' && error !== null && 'statusCode' in error) {
    return typeof error.statusCode === 'number' ? error.statusCode : undefined;
  }
  return undefined;
}

function errorCode(error: unknown): string | undefined {
  if (typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string') {
    return error.code;
  }
  return undefined;
}
