/** `docker-credential-NAME`, the programs that keep logins for the docker command line. */
import { z } from 'zod';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { CommandFailed, runCommand } from '../shared/run-command.js';
import type { RegistryAuth } from './types.js';

const HELPER_MS = 10_000;
/** User name that says that the secret is a token rather than a password. */
const TOKEN_USER = '<token>';

const Answer = z.looseObject({ Username: z.string(), Secret: z.string() });

export interface HelperQuestion {
  /** As the docker command line calls the registry: a host, or the URL of Docker's own. */
  server: string;
  /** Configuration that names the helper. */
  file: string;
  environment: Readonly<Record<string, string>>;
  signal: AbortSignal;
}

/**
 * Undefined when the helper knows no login. Throws Unauthorised when it cannot be asked, without a word of what it
 * wrote: its answer is a secret.
 */
export async function askHelper(name: string, question: HelperQuestion): Promise<RegistryAuth | undefined> {
  const { server, file, environment, signal } = question;
  const fail = (why: string) =>
    new StepFailure(
      FAILURES.unauthorised,
      `The credential helper docker-credential-${name} (named in ${file}) gave no login for ${server}: ${why}. Try it by hand: echo ${server} | docker-credential-${name} get`,
    );
  if (!/^[A-Za-z0-9][\w.-]*$/.test(name)) throw fail('this is not the name of a program');
  let output: string;
  try {
    const command = { file: `docker-credential-${name}`, args: ['get'] };
    const options = { env: { ...environment }, signal, timeoutMs: HELPER_MS, input: server };
    output = (await runCommand(command, options)).stdout;
  } catch (error) {
    signal.throwIfAborted();
    if (!(error instanceof CommandFailed)) throw error;
    if (isUnknown(error)) return undefined;
    throw fail(describe(error));
  }
  const answer = answerOf(output);
  if (!answer) throw fail('its answer is not JSON with Username and Secret');
  if (answer.Username === TOKEN_USER) return { identitytoken: answer.Secret, serveraddress: server };
  return answer.Username === ''
    ? undefined
    : { username: answer.Username, password: answer.Secret, serveraddress: server };
}

/** Helpers have no status for it: all of them write this sentence, which the docker command line looks for too. */
const isUnknown = ({ stdout, stderr }: CommandFailed): boolean => /credentials not found/i.test(`${stdout}\n${stderr}`);

function describe({ reason, status }: CommandFailed): string {
  if (reason === 'not started') return 'it could not be started';
  if (reason === 'timed out') return `it did not end within ${HELPER_MS / 1000} s`;
  return status === null ? 'it was ended by a signal' : `it ended with status ${status}`;
}

function answerOf(output: string): z.infer<typeof Answer> | undefined {
  try {
    return Answer.safeParse(JSON.parse(output)).data;
  } catch {
    return undefined;
  }
}
