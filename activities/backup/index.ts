/** One restic snapshot of directories and named volumes, tagged with the release that runs. Stops nothing. */
import { access, constants } from 'node:fs/promises';
import type { JobActivities } from '../types.js';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import { createRedactor, type Redact } from '../shared/redact.js';
import {
  CommandFailed,
  runCommand,
  tailOf,
  type Command,
  type RunOptions,
  type RunResult,
} from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import { readEntry, type BackupEntry } from './paths.js';
import * as restic from './restic.js';

export interface BackupRequest extends restic.ResticAccess {
  readonly stack: string;
  readonly host: string;
  /** Number of the release that runs, or null when none is recorded. */
  readonly release: number | null;
  /** What relative entries are relative to. */
  readonly stackDirectory: string;
  /** Entries of `BIRDKEEPER_BACKUP_PATHS`. */
  readonly entries: readonly string[];
  /** Directory of a named volume's content on this host, or undefined when there is no such volume. */
  readonly mountPointOf: (volume: string) => Promise<string | undefined>;
}

export type BackupResult = Awaited<ReturnType<JobActivities['backUpStack']>>;

/** A first snapshot of terabytes takes hours; what hangs longer than a day is stuck. */
const BACKUP_LIMIT_MS = 24 * 3600_000;
const SHORT_LIMIT_MS = 5 * 60_000;

/**
 * Makes the repository when there is none. Twice: makes a second snapshot, which adds next to nothing. Throws NotFound
 * naming each path and volume that is not there, before anything is backed up; ApplyFailed naming the files that could
 * not be read, although a snapshot of the others exists then.
 */
export async function backUp(request: BackupRequest, step: Step): Promise<BackupResult> {
  const paths = await resolveEntries(request);
  const repository = new Repository(request, step);
  await repository.prepare();
  const { snapshot, bytesAdded } = await repository.backUp(paths);
  step.log.info('Backed up', { snapshot, bytesAdded, paths: paths.length });
  return { snapshot, bytesAdded, paths, release: request.release };
}

async function resolveEntries(request: BackupRequest): Promise<string[]> {
  const read = request.entries.map((entry) => readEntry(entry, request.stackDirectory));
  const wrong = read.filter((entry) => typeof entry === 'string');
  if (wrong.length > 0) throw refusal(FAILURES.configuration, wrong);
  if (read.length === 0) throw refusal(FAILURES.configuration, ['it is empty, so there is nothing to back up']);

  const entries = read.filter((entry) => typeof entry !== 'string');
  const found = await Promise.all(entries.map((entry) => locate(entry, request)));
  const missing = found.flatMap((place) => ('missing' in place ? [place.missing] : []));
  if (missing.length > 0) throw refusal(FAILURES.notFound, missing);
  return [...new Set(found.flatMap((place) => ('path' in place ? [place.path] : [])))];
}

const refusal = (type: typeof FAILURES.configuration | typeof FAILURES.notFound, why: readonly string[]) =>
  new StepFailure(type, `Nothing was backed up. BIRDKEEPER_BACKUP_PATHS: ${why.join('; ')}. Correct the setting.`);

/** restic skips what is not there and calls it a success: it is looked for here. */
async function locate(entry: BackupEntry, request: BackupRequest): Promise<{ path: string } | { missing: string }> {
  const path = entry.kind === 'path' ? entry.path : await request.mountPointOf(entry.volume);
  if (path === undefined) return { missing: `there is no volume ${entry.kind === 'volume' ? entry.volume : ''}` };
  try {
    await access(path, constants.R_OK);
    return { path };
  } catch (error) {
    return { missing: `${entry.entry} cannot be read (${messageOf(error)})` };
  }
}

class Repository {
  private readonly environment: Record<string, string>;
  private readonly redact: Redact;

  constructor(
    private readonly request: BackupRequest,
    private readonly step: Step,
  ) {
    this.environment = restic.resticEnvironment(request);
    this.redact = createRedactor(this.environment);
  }

  /** A repository to write to, free of the locks that processes of ours left when they were killed. */
  async prepare(): Promise<void> {
    if (!(await this.exists())) {
      this.step.log.warn('There is no backup repository: made one', {
        repository: this.redact(this.request.repository),
      });
      await this.run(restic.initCommand);
    }
    await this.run(restic.unlockCommand);
  }

  private async exists(): Promise<boolean> {
    try {
      await this.start(restic.lookCommand, { timeoutMs: SHORT_LIMIT_MS });
      return true;
    } catch (error) {
      if (error instanceof CommandFailed && restic.isNoRepository(error.status, error.stderr)) return false;
      throw this.explain(error);
    }
  }

  async backUp(paths: readonly string[]): Promise<restic.BackupSummary> {
    const { stack, host, release } = this.request;
    const command = restic.backupCommand({ stack, host, release, paths });
    const { status, stdout, stderr } = await this.run(command, {
      timeoutMs: BACKUP_LIMIT_MS,
      okStatuses: [0, restic.INCOMPLETE_STATUS],
    });
    const summary = restic.readSummary(stdout);
    if (status === restic.INCOMPLETE_STATUS) throw this.incomplete(stderr, summary?.snapshot);
    if (summary) return summary;
    throw new StepFailure(
      FAILURES.applyFailed,
      `restic ended well but told of no snapshot${tailOf(this.redact(stdout))}`,
    );
  }

  private async run(
    command: Command,
    limits: { timeoutMs: number; okStatuses?: number[] } = { timeoutMs: SHORT_LIMIT_MS },
  ): Promise<RunResult> {
    try {
      return await this.start(command, { ...limits, onLine: (line) => this.hear(line) });
    } catch (error) {
      throw this.explain(error);
    }
  }

  private start(command: Command, options: Pick<RunOptions, 'timeoutMs' | 'okStatuses' | 'onLine'>) {
    return runCommand(command, { env: this.environment, signal: this.step.signal, ...options });
  }

  private hear(line: string): void {
    const progress = restic.readProgress(line);
    if (progress !== undefined) this.step.heartbeat({ percent: Math.round(progress * 100) });
    // What restic tells in JSON is read from its output at the end, and told in words.
    else if (!line.startsWith('{')) this.step.log.output(this.redact(line));
  }

  private incomplete(stderr: string, snapshot: string | undefined): StepFailure {
    const files = restic.readUnreadable(stderr);
    const named = files.length > 0 ? files.slice(0, 10).join(', ') : tailOf(stderr);
    const more = files.length > 10 ? ` and ${files.length - 10} more` : '';
    return new StepFailure(
      FAILURES.applyFailed,
      this.redact(
        `The backup is incomplete, these could not be read: ${named}${more}. Snapshot ${snapshot ?? '(unknown)'} holds the others. Make them readable, or name other paths in BIRDKEEPER_BACKUP_PATHS.`,
      ),
    );
  }

  private explain(error: unknown): unknown {
    if (!(error instanceof CommandFailed) || error.reason === 'aborted') return error;
    if (error.reason === 'not started') {
      const message = `${error.message}. Is restic installed? apt-get install restic`;
      return new StepFailure(FAILURES.configuration, message);
    }
    if (error.reason === 'timed out') return new StepFailure(FAILURES.remoteUnavailable, this.redact(error.message));
    const { type, advice } = restic.explainFailure(error.status, error.stderr);
    // Without the cause: its output may repeat what was redacted here.
    return new StepFailure(type, this.redact(`${error.message}\n${advice}`));
  }
}
