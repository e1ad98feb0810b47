/** What follows from a registry's answer to the question for a digest. Pure. */
import type { FailureType } from '../../workflows/contract.js';
import type { RegistryLogin } from '../docker/types.js';
import { FAILURES, StepFailure } from '../shared/failures.js';
import type { Redact } from '../shared/redact.js';
import { type RegistryFailure, registryFailure } from './registry-errors.js';

/** digest: what the tag means now; unknown: there is no such image; text: anything else, in the engine's words. */
export type Answer = { digest: string } | { unknown: true } | { text: string };

export interface LocalSide {
  /** Digests under which registries know the local image; none: it was made here, or loaded from a file. */
  digests: readonly string[];
  /** Its reference names a registry. */
  named: boolean;
  /** A recorded service runs another image than the one that the reference means on this host. */
  behind: boolean;
}

export type Verdict = 'same' | 'only here' | 'gone' | { moved: string } | { refused: string };

export function judge({ digests, named, behind }: LocalSide, answer: Answer): Verdict {
  const isOfRegistry = digests.length > 0;
  if ('digest' in answer) {
    return digests.includes(answer.digest) && !behind ? 'same' : { moved: answer.digest };
  }
  if ('unknown' in answer) return isOfRegistry ? 'gone' : 'only here';
  // Docker's own registry is asked for whatever names none, and refuses what it does not have.
  return isOfRegistry || named ? { refused: answer.text } : 'only here';
}

export interface Refusal {
  reference: string;
  services: readonly string[];
  login: RegistryLogin;
  redact: Redact;
}

/** The failure that a person reads: which registry, which image, whose login. */
export function registryRefusal(text: string, { reference, services, login, redact }: Refusal): StepFailure {
  const said = withoutWrapping(text);
  const meaning = meaningOf(said);
  const asked = `asked for ${reference}, for ${services.join(', ')}`;
  const message =
    meaning.type === FAILURES.unauthorised
      ? `Registry ${login.registry} ${refusedLogin(login)} (${asked}). ${REMEDY} ${loginCommand(login.registry)}`
      : `Registry ${login.registry} could not be asked for the digest of ${reference}, for ${services.join(', ')}: ${meaning.why}. ${meaning.remedy}`.trimEnd();
  return new StepFailure(meaning.type, redact(`${message}:\n${said}`), meaning.retryAfterMs);
}

export const refusalType = (text: string): FailureType => meaningOf(withoutWrapping(text)).type;

const meaningOf = (said: string): RegistryFailure => registryFailure(said) ?? NOT_UNDERSTOOD;

const NOT_UNDERSTOOD: RegistryFailure = {
  type: FAILURES.registryBusy,
  why: 'its answer is not that of a registry',
  remedy: '',
  retryAfterMs: 30_000,
};

const REMEDY = 'Log in as the user who runs birdkeeper:';

const refusedLogin = ({ auth, file }: RegistryLogin): string =>
  auth === undefined ? `refuses us without a login, and ${file} holds none for it` : `refuses the login of ${file}`;

const loginCommand = (registry: string): string =>
  registry === 'docker.io' ? 'docker login' : `docker login ${registry}`;

/**
 * The engine answers 500 for whatever a registry says or fails to say, and quotes the address, whose tag or port may look
 * like a status.
 */
const withoutWrapping = (text: string): string =>
  text
    .replace(/^\(HTTP code 500\) [a-z ]*- /, '')
    .replace(/"https?:\/\/[^"]*"/g, 'its address')
    .trim();
