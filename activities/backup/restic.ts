/** The restic command line and its answers. Pure. */
import { z } from 'zod';
import { FAILURES, type FailureType } from '../../workflows/contract.js';
import type { Command } from '../shared/run-command.js';

/** Needs repository and password to be right and changes nothing; without a lock, which a stale one could refuse. */
export const lookCommand: Command = { file: 'restic', args: ['cat', 'config', '--no-lock', '--quiet'] };
export const initCommand: Command = { file: 'restic', args: ['init', '--quiet'] };
/** Only locks whose process is gone, or that nobody refreshed for half an hour; those in use stay. */
export const unlockCommand: Command = { file: 'restic', args: ['unlock', '--quiet'] };

export function backupCommand(what: {
  stack: string;
  host: string;
  release: number | null;
  paths: readonly string[];
  /** Beside those of stack and release. */
  tags?: readonly string[];
}): Command {
  const release = what.release === null ? [] : [`release=${what.release}`];
  const tags = [...release, stackTag(what.stack), ...(what.tags ?? [])].flatMap((tag) => ['--tag', tag]);
  return { file: 'restic', args: ['backup', '--json', ...tags, '--host', what.host, '--', ...what.paths] };
}

export const stackTag = (stack: string): string => `stack=${stack}`;

export interface ResticAccess {
  /** As restic names it: a directory, or a URL. */
  readonly repository: string;
  /** The alternative is RESTIC_PASSWORD in `environment`. */
  readonly passwordFile?: string;
  readonly cacheDir: string;
  /** PATH, HOME, and what restic reads for the repository's own access. */
  readonly environment: Readonly<Record<string, string>>;
}

/** Directory of a repository on this host (`/mnt/birds`, `local:/mnt/birds`); undefined for one elsewhere. */
export const localRepository = (repository: string): string | undefined => /^(?:local:)?(\/.*)$/s.exec(repository)?.[1];

/** Address and password go by the environment: everybody on the host can read a command line. */
export function resticEnvironment(access: ResticAccess): Record<string, string> {
  const { RESTIC_PASSWORD_COMMAND: _command, RESTIC_REPOSITORY_FILE: _file, ...environment } = access.environment;
  return {
    ...environment,
    RESTIC_REPOSITORY: access.repository,
    RESTIC_CACHE_DIR: access.cacheDir,
    ...(access.passwordFile === undefined ? {} : { RESTIC_PASSWORD_FILE: access.passwordFile }),
    // One status line every ten seconds; by itself restic writes up to sixty a second.
    RESTIC_PROGRESS_FPS: '0.1',
  };
}

/** Some files could not be read; a snapshot of the others was made. */
export const INCOMPLETE_STATUS = 3;

const Summary = z.object({
  message_type: z.literal('summary'),
  snapshot_id: z.string(),
  data_added: z.number().nonnegative(),
});
const Status = z.object({ message_type: z.literal('status'), percent_done: z.number() });
const Unreadable = z.object({ message_type: z.literal('error'), item: z.string() });

export interface BackupSummary {
  snapshot: string;
  bytesAdded: number;
}

/** Undefined when restic told none. */
export function readSummary(stdout: string): BackupSummary | undefined {
  const summary = linesOf(stdout, Summary).at(-1);
  return summary && { snapshot: summary.snapshot_id, bytesAdded: summary.data_added };
}

/** Files that could not be read, each once. */
export const readUnreadable = (stderr: string): string[] => [
  ...new Set(linesOf(stderr, Unreadable).map(({ item }) => item)),
];

/** Between 0 and 1, or undefined for a line that tells no progress. */
export const readProgress = (line: string): number | undefined => linesOf(line, Status).at(0)?.percent_done;

/** restic mixes its JSON with plain lines, and later versions add message types. */
function linesOf<T>(text: string, schema: z.ZodType<T>): T[] {
  return text.split('\n').flatMap((line) => {
    if (!line.startsWith('{')) return [];
    try {
      const parsed = schema.safeParse(JSON.parse(line));
      return parsed.success ? [parsed.data] : [];
    } catch {
      return [];
    }
  });
}

/** Statuses 10 to 12 are those of restic 0.17 and later; before, every failure was 1. */
export const isNoRepository = (status: number | null, stderr: string): boolean =>
  status === 10 || /Is there a repository at the following location|unable to open config file/.test(stderr);

/** What a failure of restic means, and what to do about it. */
export function explainFailure(status: number | null, stderr: string): { type: FailureType; advice: string } {
  if (status === 12 || /wrong password or no key found/.test(stderr)) {
    return { type: FAILURES.unauthorised, advice: 'The password is not the one of this repository: correct it.' };
  }
  if (/Resolving password failed|empty password|password from stdin/i.test(stderr)) {
    return { type: FAILURES.configuration, advice: 'No password can be read: name a file that holds it.' };
  }
  if (/\S+@\S+: Permission denied \(|Too many authentication failures/.test(stderr)) {
    const advice =
      'The server refuses the ssh keys of the user of the worker: enter one of them there, or name it in ~/.ssh/config.';
    return { type: FAILURES.unauthorised, advice };
  }
  if (/Host key verification failed/.test(stderr)) {
    const advice =
      'ssh does not trust the server: compare its host key, and enter it into ~/.ssh/known_hosts of the user of the worker.';
    return { type: FAILURES.unauthorised, advice };
  }
  if (status === 11 || /already locked/.test(stderr)) {
    return { type: FAILURES.busy, advice: 'Another restic works on the repository: it is tried again.' };
  }
  if (/no space left on device/i.test(stderr)) {
    return { type: FAILURES.diskFull, advice: 'Make room where the repository lies.' };
  }
  if (/connection refused|no such host|i\/o timeout|network is unreachable|no route to host/i.test(stderr)) {
    return { type: FAILURES.remoteUnavailable, advice: 'The repository cannot be reached: it is tried again.' };
  }
  // ssh says why beside restic, which may have ended by then.
  if (/unable to start the sftp session|ssh command exited/i.test(stderr)) {
    return { type: FAILURES.remoteUnavailable, advice: 'ssh made no connection to the repository: it is tried again.' };
  }
  return { type: FAILURES.applyFailed, advice: 'Look at the repository with: restic check' };
}
