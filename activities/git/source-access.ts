/** How a git source that is only read is reached, and what it means when it is not. */
import { FAILURES, type FailureType } from '../../workflows/contract.js';
import { StepFailure } from '../shared/failures.js';
import { LIMIT_STATUS } from '../shared/guarded.js';
import { redactUrls } from '../shared/redact.js';
import type { CommandFailed } from '../shared/run-command.js';
import { explainFetchFailure, type FetchFailureKind } from './fetch-failure.js';
import type { KeySettings } from './keys.js';
import type { Owner } from './owner.js';
import { sshRemote } from './ssh-command.js';
import { hostKeysOf, withSsh } from './ssh-surroundings.js';

/** The name by which a deploy key is looked for: that of the repository, since no directory of a person's has one. */
export const nameOfSource = (url: string): string => /([^/:]+?)(?:\.git)?\/*$/.exec(url)?.[1] ?? 'source';

/** A cache that a killed git left locked or half-written is no loss: it is made again. */
export const isBrokenCache = (stderr: string): boolean =>
  /\.lock': File exists|not a git repository: |bad object|object file .* is empty|is corrupt|invalid sha1 pointer|not send all necessary objects/.test(
    stderr,
  );

/** Calls `use` with what git's environment needs for the address: nothing unless it is reached by ssh. */
export function withAccess<T>(
  source: { url: string; key: string | undefined; keys: KeySettings; owner: Owner },
  use: (environment: Record<string, string>) => Promise<T>,
): Promise<T> {
  if (sshRemote(source.url) === undefined) return use({});
  return withSsh({ settings: source.keys, key: source.key, owner: source.owner }, (command) =>
    // The variant is named because git would otherwise guess it from the quoted command.
    use({ GIT_SSH_COMMAND: command, GIT_SSH_VARIANT: 'ssh' }),
  );
}

const CONSEQUENCES: Readonly<Record<FetchFailureKind, FailureType>> = {
  'host key changed': FAILURES.blocked,
  'host key unknown': FAILURES.blocked,
  refused: FAILURES.unauthorised,
  'no repository': FAILURES.notFound,
  'no such ref': FAILURES.notFound,
  unreachable: FAILURES.remoteUnavailable,
};

/** A guarded command is ended by its guard, which says so by its status. */
const isOverLimit = ({ reason, status }: CommandFailed): boolean => reason === 'timed out' || status === LIMIT_STATUS;

/** Why a fetch into `cache` failed, with the type of who clears it. */
export function explainSourceFailure(
  error: CommandFailed,
  source: { url: string; key: string | undefined; keys: KeySettings; cache: string; limitMs: number; user?: string },
): StepFailure {
  const url = redactUrls(source.url);
  if (/No space left on device/.test(error.stderr)) {
    return new StepFailure(FAILURES.diskFull, `No room for the cache of ${url} in ${source.cache}.`);
  }
  const ssh = sshRemote(source.url);
  const hostKeys = hostKeysOf(source.keys);
  const { kind, message } = explainFetchFailure({
    stderr: error.stderr,
    url,
    knownHosts: hostKeys.file,
    strict: hostKeys.strict,
    user: source.user ?? 'the worker',
    ...(isOverLimit(error) ? { timedOutAfter: source.limitMs / 1000 } : {}),
    ...(ssh === undefined ? {} : { host: ssh.host }),
    ...(source.key === undefined ? {} : { key: source.key }),
  });
  // Without the cause: git's own words may repeat the credentials of an address.
  return new StepFailure(CONSEQUENCES[kind], message);
}
