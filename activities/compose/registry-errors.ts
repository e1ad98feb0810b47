/** What a registry's or the engine's refusal means. Pure: looks at the text that `docker pull` writes. */
import { FAILURES, type FailureType } from '../../workflows/contract.js';

export interface RegistryFailure {
  type: FailureType;
  /** What it was, a clause. */
  why: string;
  /** What a person does, a sentence; empty when waiting is enough. */
  remedy: string;
  retryAfterMs?: number;
}

const MINUTE_MS = 60_000;

/** In order: the first that matches counts. Refusals stand before the signs of a busy registry. */
const MEANINGS: readonly (RegistryFailure & { pattern: RegExp })[] = [
  {
    pattern: /cannot connect to the docker daemon|error during connect|docker daemon is not running/i,
    type: FAILURES.engineUnavailable,
    why: 'the Docker Engine does not answer',
    remedy: 'Start it: systemctl start docker',
  },
  {
    pattern: /no space left on device/i,
    type: FAILURES.diskFull,
    why: 'there is no room left on the disk of the Docker Engine',
    remedy: 'Free space there (docker system df shows what takes it).',
  },
  {
    pattern: /toomanyrequests|rate limit|\b429\b/i,
    type: FAILURES.registryBusy,
    why: 'the registry limits how often we may ask',
    remedy: 'Log in with docker login for a higher limit.',
    retryAfterMs: 10 * MINUTE_MS,
  },
  {
    pattern: /pull access denied|requested access to the resource is denied|repository does not exist/i,
    type: FAILURES.unauthorised,
    why: 'the registry refuses access, or has no such repository',
    remedy: 'Check the name, then log in as the user who runs birdkeeper: docker login REGISTRY',
  },
  {
    pattern:
      /unauthorized|authentication required|no basic auth credentials|\b(401|403)\b|incorrect username or password/i,
    type: FAILURES.unauthorised,
    why: 'the registry refuses our credentials',
    remedy: 'Log in as the user who runs birdkeeper: docker login REGISTRY',
  },
  {
    pattern:
      /manifest unknown|name unknown|repository name not known|no matching manifest|not found: manifest|\b404\b/i,
    type: FAILURES.notFound,
    why: 'the registry has no such image',
    remedy: 'Push it, or correct the tag in the compose file.',
  },
  {
    pattern: /invalid reference format|server gave HTTP response to HTTPS client|x509:|certificate/i,
    type: FAILURES.configuration,
    why: 'the reference or the trust in the registry is wrong',
    remedy: 'Correct the image name, or the certificate or insecure-registries of the engine.',
  },
  {
    pattern:
      /\b5\d\d\b|timeout|timed out|connection refused|connection reset|no such host|temporary failure|server misbehaving|unexpected EOF|\bEOF\b|request canceled|no route to host|network is unreachable/i,
    type: FAILURES.registryBusy,
    why: 'the registry does not answer as it should',
    remedy: '',
    retryAfterMs: MINUTE_MS / 2,
  },
];

/** Undefined when the text is none that we know. */
export function registryFailure(output: string): RegistryFailure | undefined {
  const found = MEANINGS.find(({ pattern }) => pattern.test(output));
  if (!found) return undefined;
  const { pattern: _, ...meaning } = found;
  return meaning;
}
