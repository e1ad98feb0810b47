/** Why a fetch failed, told to whoever has to mend it. Pure. */
import { redactUrls } from '../shared/redact.js';

export const FETCH_FAILURES = [
  'host key changed',
  'host key unknown',
  'refused',
  'no repository',
  'no such ref',
  'unreachable',
] as const;
export type FetchFailureKind = (typeof FETCH_FAILURES)[number];

export interface FetchFailure {
  kind: FetchFailureKind;
  /** One line, redacted. */
  message: string;
}

export interface FetchAttempt {
  stderr: string;
  /** Seconds after which it was ended; undefined when it ended by itself. */
  timedOutAfter?: number;
  /** Address of the remote as configured. */
  url: string;
  /** As known-hosts files write it; undefined when the remote is not reached by ssh. */
  host?: string;
  /** Real path of the key that was tried. */
  key?: string;
  /** Real path of the file of host keys. */
  knownHosts: string;
  /** The file is an operator's, so nothing is added to it. */
  strict: boolean;
  /** As whom git ran. */
  user: string;
}

export function explainFetchFailure(attempt: FetchAttempt): FetchFailure {
  const kind = kindOf(attempt);
  return { kind, message: oneLine(redactUrls(MESSAGES[kind](attempt))) };
}

/** Host keys first: ssh ends with the same status for all of them, and a changed key also fails to authenticate. */
function kindOf({ stderr, timedOutAfter }: FetchAttempt): FetchFailureKind {
  if (/REMOTE HOST IDENTIFICATION HAS CHANGED|Host key for .* has changed/.test(stderr)) return 'host key changed';
  if (/host key is known for|Host key verification failed/.test(stderr)) return 'host key unknown';
  if (timedOutAfter !== undefined) return 'unreachable';
  if (/Permission denied|Authentication failed|could not read (Username|Password)|error: 40[13]/.test(stderr)) {
    return 'refused';
  }
  if (/couldn't find remote ref|not our ref|no such remote ref|unadvertised object/.test(stderr)) return 'no such ref';
  if (/not appear to be a git repository|[Rr]epository .*not found|error: 404/.test(stderr)) return 'no repository';
  return 'unreachable';
}

const MESSAGES: Readonly<Record<FetchFailureKind, (attempt: FetchAttempt) => string>> = {
  'host key changed': ({ host, knownHosts }) =>
    `the host key of ${host} is not the one in ${knownHosts}: either the host was set up again, or somebody else answers in its place. ` +
    `Ask its operator for the fingerprint; when it is right, remove the old key: ssh-keygen -f ${quoted(knownHosts)} -R ${quoted(host ?? '')}`,
  'host key unknown': ({ host, knownHosts, strict, stderr }) =>
    strict
      ? `no host key of ${host} is in ${knownHosts}, and only hosts of that file are trusted. Ask its operator for the key and add it`
      : `the host key of ${host} could not be checked with ${knownHosts}: ${lastWords(stderr)}`,
  refused: refused,
  'no repository': ({ url, stderr }) =>
    `${url} answered, but shows no such repository (${lastWords(stderr)}). Check the address, and that the key may read it`,
  'no such ref': ({ url, stderr }) => `${url} has nothing of that name: ${lastWords(stderr)}`,
  unreachable: ({ url, timedOutAfter, stderr }) =>
    timedOutAfter === undefined
      ? `${url} cannot be reached: ${lastWords(stderr)}`
      : `${url} did not finish answering within ${timedOutAfter} s`,
};

function refused({ url, key, user, stderr }: FetchAttempt): string {
  const [, unreadable] = /Load key "[^"]*": ([^\n]*)/.exec(stderr) ?? [];
  if (key !== undefined && unreadable !== undefined) {
    const remedy = /Permission denied/.test(unreadable)
      ? `git runs as the checkout's owner, ${user}, and only others may read that key. Give the key to ${user}: chown ${user} ${quoted(key)}`
      : `Its file must be a private key that nobody but ${user} may read`;
    return `the key ${key} could not be used (${unreadable.trim()}). ${remedy}`;
  }
  const tried = key === undefined ? 'no deploy key was found' : `the key ${key} was offered`;
  return `${url} refused us; ${tried} (${lastWords(stderr)}). Register the key there, or correct the key directory`;
}

/** git's last own lines are advice; what the remote said stands before them. */
function lastWords(stderr: string): string {
  const lines = stderr
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '' && !ADVICE.test(line));
  return (lines.at(-1) ?? 'no message').replace(/^(fatal|error|ssh): /, '').slice(0, 300);
}

const ADVICE =
  /^(Please make sure you have|and the repository exists|fatal: Could not read from remote|fatal: the remote end hung up|Warning: Permanently added)/;

const quoted = (word: string): string => (/^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`);
const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim();
