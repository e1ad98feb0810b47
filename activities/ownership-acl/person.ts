/** Who is to have write access. */
import { FAILURES, StepFailure } from '../shared/failures.js';
import { runCommand } from '../shared/run-command.js';

export interface Person {
  readonly uid: number;
  /** Login name, or `uid 1234` when there is none. */
  readonly name: string;
  /** Undefined when the host knows no such user. */
  readonly home?: string;
}

export interface Invoker {
  /** `--user`: a name or a number. */
  readonly given?: string;
  /** Of this process. */
  readonly uid: number;
  /** SUDO_USER; counts for root only: whoever became somebody else by `sudo -u` wants it for him. */
  readonly sudoUser?: string;
}

const LOOKUP_MS = 10_000;
const UNKNOWN_STATUS = 2;

/** Name or number. Throws BadInput when nobody can be meant. Pure. */
export function choosePerson({ given, uid, sudoUser }: Invoker): string {
  if (given !== undefined) return named(given);
  if (uid !== 0) return String(uid);
  if (sudoUser !== undefined && sudoUser !== '') return named(sudoUser);
  throw nobody('You are root, who may write everywhere.');
}

/** Throws BadInput when the host knows no such user, or when it is root. */
export async function findPerson(
  invoker: Invoker,
  { environment, signal }: { environment: Readonly<Record<string, string>>; signal: AbortSignal },
): Promise<Person> {
  const asked = choosePerson(invoker);
  // `getent` rather than /etc/passwd: users may come from a directory service.
  const { stdout } = await runCommand(
    { file: 'getent', args: ['passwd', asked] },
    { env: { ...environment, LC_ALL: 'C' }, signal, timeoutMs: LOOKUP_MS, okStatuses: [0, UNKNOWN_STATUS] },
  );
  const person = personIn(stdout) ?? (isNumber(asked) ? { uid: Number(asked), name: `uid ${asked}` } : undefined);
  if (person === undefined) throw nobody(`This host knows no user ${JSON.stringify(asked)}.`);
  if (person.uid === 0) throw nobody('root may write everywhere.');
  return person;
}

/** Undefined when the line is no line of passwd. Pure. */
export function personIn(line: string): Person | undefined {
  const [name, , uid = '', , , home] = line.trim().split(':');
  if (!name || !isNumber(uid)) return undefined;
  return { uid: Number(uid), name, ...(home ? { home } : {}) };
}

const isNumber = (text: string): boolean => /^\d{1,10}$/.test(text) && Number(text) < 2 ** 32 - 1;

/** A name is an argument of `getent`, where one with a dash would be an option. */
function named(text: string): string {
  if (text === '' || text.startsWith('-') || /[:\x00-\x1f]/.test(text)) {
    throw nobody(`${JSON.stringify(text)} is no name of a user.`);
  }
  return text;
}

const nobody = (why: string): StepFailure =>
  new StepFailure(FAILURES.badInput, `${why} Say who is to have write access: --user NAME or --user UID.`);
