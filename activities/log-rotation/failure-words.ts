/** What a run that could not do all tells. Pure. */
import { FAILURES, RETRYABLE_FAILURES, type FailureType } from '../../workflows/contract.js';
import { isStepFailure, messageOf } from '../shared/failures.js';

export interface Failed {
  readonly directory: string;
  /** Undefined: the whole directory. */
  readonly file?: string;
  readonly error: unknown;
}

const ADVICE = 'The others were looked at; no line is lost. Set it right: the next run tries again.';
const MOST_NAMED = 20;

export function failureText(failed: readonly Failed[]): string {
  const told = failed.slice(0, MOST_NAMED).map(describe);
  const more = failed.length - told.length;
  return `Logs were not rotated: ${[...told, ...(more > 0 ? [`and ${more} more`] : [])].join('; ')}. ${ADVICE}`;
}

function describe({ directory, file, error }: Failed): string {
  const why = withoutDot(messageOf(error));
  if (isStepFailure(error)) return why;
  return file === undefined ? `${directory} (${why})` : `${file} in ${directory} (${why})`;
}

const withoutDot = (text: string): string => text.replace(/\.$/, '');

/** Trying again at once makes sense only when nothing else failed. */
export function failureType(failed: readonly Failed[]): FailureType {
  const types = failed.map(({ error }) => typeOf(error));
  const lasting = types.filter((type) => !RETRYABLE_FAILURES.includes(type));
  return lasting.find((type) => type !== FAILURES.applyFailed) ?? lasting[0] ?? types[0] ?? FAILURES.applyFailed;
}

function typeOf(error: unknown): FailureType {
  if (isStepFailure(error)) return error.type;
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return code === 'ENOSPC' || code === 'EDQUOT' ? FAILURES.diskFull : FAILURES.applyFailed;
}
