/**
 * Write access for a person on files that others make, by POSIX ACLs: what upstream's script `fix-write-perm` does for checkouts
 * in which root writes.
 */
import { FAILURES, StepFailure } from '../shared/failures.js';
import { CommandFailed, runAttached, type Command } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import { setfaclCommand, shownCommand } from './commands.js';
import { failureWords, NO_SETFACL, NO_SUDO } from './failure-words.js';
import { findPerson, type Invoker, type Person } from './person.js';
import { findTargets, type Candidate, type Target } from './targets.js';

export { checkoutAround, extraCandidates, type Candidate } from './targets.js';

export interface GrantRequest {
  readonly candidates: readonly Candidate[];
  readonly invoker: Invoker;
  /** Directory of ssh keys, which the access would spoil. */
  readonly keyDirectory?: string;
  /** Says what would be done. */
  readonly dryRun: boolean;
  /** Of the programs: PATH and the like. */
  readonly environment: Readonly<Record<string, string>>;
}

export interface Granted {
  readonly path: string;
  readonly why: string;
  /** As one would type it; absent when nothing is to be done there. */
  readonly command?: string;
  /** Why it failed, and what to do. */
  readonly problem?: string;
}

export interface GrantResult {
  readonly person: Person;
  readonly targets: readonly Granted[];
  /** Sentences. */
  readonly warnings: readonly string[];
}

/** Standard error of a tree of a million files that all fail alike is not kept. */
const MOST_OUTPUT = 64 * 1024;

/**
 * One directory after the other; what fails is told and the others are done. Twice: the entries are there already, and what was made
 * meanwhile gets them. Cut short: what was changed stays so, and the next run does the rest. `sudo` asks at the terminal of this
 * process. Throws BadInput when nobody can be meant, NotFound when setfacl is missing, Unauthorised without root and sudo.
 */
export async function grantWrite(request: GrantRequest, step: Step): Promise<GrantResult> {
  const { environment, invoker } = request;
  const person = await findPerson(invoker, { environment, signal: step.signal });
  const { targets, warnings } = await findTargets(request.candidates, person, request.keyDirectory);
  for (const warning of warnings) step.log.warn(warning);
  const done: Granted[] = [];
  for (const target of targets) {
    step.signal.throwIfAborted();
    done.push(await grantAt(target, person, request, step));
  }
  return { person, targets: done, warnings };
}

async function grantAt(
  { path, why, refused }: Target,
  { uid }: Person,
  { invoker, dryRun, environment }: GrantRequest,
  step: Step,
): Promise<Granted> {
  if (refused !== undefined) return { path, why, problem: refused };
  const setfacl = setfaclCommand({ uid, path, throughSudo: invoker.uid !== 0 });
  const command = shownCommand(setfacl);
  if (dryRun) return { path, why, command };
  step.log.info(command);
  const problem = await run(setfacl, environment);
  return { path, why, command, ...(problem === undefined ? {} : { problem }) };
}

/** Undefined when it did what it should. */
async function run(command: Command, environment: GrantRequest['environment']): Promise<string | undefined> {
  let output = '';
  const onError = (chunk: Buffer) => {
    if (output.length < MOST_OUTPUT) output += chunk.toString();
  };
  try {
    // Its messages in English, since they are looked at.
    const status = await runAttached(command, { cwd: '/', env: { ...environment, LC_ALL: 'C' }, onError });
    return status === 0 ? undefined : failureWords(status, output);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    throw command.file === 'sudo'
      ? new StepFailure(FAILURES.unauthorised, NO_SUDO)
      : new StepFailure(FAILURES.notFound, NO_SETFACL);
  }
}
