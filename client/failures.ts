/** What ends a command, with its exit status. Anything else that is thrown is a failure of the work. */
import { EXIT, FAILURES } from '../workflows/contract.js';
import { isStepFailure, messageOf } from '../activities/shared/failures.js';

/** Status by which shells know a command that was interrupted. */
export const INTERRUPTED = 130;
export type ExitStatus = (typeof EXIT)[keyof typeof EXIT] | typeof INTERRUPTED;

/** A message for the person, and the status the command ends with. Never shown with a stack trace. */
export class CommandEnd extends Error {
  override readonly name = 'CommandEnd';

  constructor(
    readonly status: ExitStatus,
    message: string,
    options?: ErrorOptions,
  ) {
    super(message, options);
  }
}

export const wrongUse = (message: string): CommandEnd => new CommandEnd(EXIT.usage, message);

/** No Temporal server or no worker. `start` says how to have one. */
export const unreachable = (what: string, start: string): CommandEnd =>
  new CommandEnd(EXIT.unreachable, `${what}\n${start}`);

/** What a thrown thing means for whoever called the command. */
export function endOf(error: unknown): { status: ExitStatus; message: string } {
  if (error instanceof CommandEnd) return { status: error.status, message: error.message };
  if (isStepFailure(error)) return { status: statusOfFailure(error.type), message: error.message };
  if (isPermissionError(error)) {
    return {
      status: EXIT.failed,
      message: `${messageOf(error)}\nRun this as the user that runs birdkeeper (often root).`,
    };
  }
  return { status: EXIT.failed, message: `${messageOf(error)}${serverSaid(error)}` };
}

/** Temporal's client says what it wanted; what the server said to it is in the cause. */
function serverSaid(error: unknown): string {
  const cause = error instanceof Error && error.name === 'ServiceError' ? error.cause : undefined;
  return cause instanceof Error ? `: ${cause.message}` : '';
}

function statusOfFailure(type: string): ExitStatus {
  switch (type) {
    case FAILURES.badInput:
    case FAILURES.configuration:
      return EXIT.usage;
    case FAILURES.blocked:
    case FAILURES.unauthorised:
      return EXIT.blocked;
    default:
      return EXIT.failed;
  }
}

export const isPermissionError = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && (error.code === 'EACCES' || error.code === 'EPERM');

/** Temporal wraps what an activity said in layers of its own. */
export function deepest(error: unknown): unknown {
  return error instanceof Error && error.cause !== undefined ? deepest(error.cause) : error;
}
