/** The restic repository of a host: what is asked of it, with its failures in our words. */
import { setTimeout } from 'node:timers/promises';
import { FAILURES, isStepFailure, StepFailure } from '../shared/failures.js';
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
import * as ask from './restic-commands.js';
import * as restic from './restic.js';

export interface RepositoryRequest extends restic.ResticAccess {
  readonly stack: string;
  readonly host: string;
}

export interface MadeSnapshot extends restic.BackupSummary {
  /** Set when restic could not read everything (its status 3): the snapshot holds the rest. */
  readonly unread?: StepFailure;
}

/** A first snapshot of terabytes takes hours; what hangs longer than a day is stuck. */
const LONG_LIMIT_MS = 24 * 3600_000;
const SHORT_LIMIT_MS = 5 * 60_000;
/** Other stacks and hosts may share the repository; a new run would make all dumps once more. */
const LOCK_WAIT_MS = 30 * 60_000;
const LOCK_PAUSE_MS = 3_000;

export class Repository {
  private readonly environment: Record<string, string>;
  readonly redact: Redact;

  constructor(
    private readonly request: RepositoryRequest,
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

  /** A repository to read from. Throws NotFound when there is none: one that was made now would hold nothing. */
  async open(): Promise<void> {
    if (!(await this.exists())) {
      const what = `There is no backup repository at ${this.redact(this.request.repository)}`;
      throw new StepFailure(FAILURES.notFound, `${what}. Correct the setting, or mount the disk that holds it.`);
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

  async backUp(what: {
    release: number | null;
    paths: readonly string[];
    tags?: readonly string[];
  }): Promise<MadeSnapshot> {
    const { stack, host } = this.request;
    const { status, stdout, stderr } = await this.run(restic.backupCommand({ stack, host, ...what }), {
      timeoutMs: LONG_LIMIT_MS,
      okStatuses: [0, restic.INCOMPLETE_STATUS],
    });
    const summary = restic.readSummary(stdout);
    if (status === restic.INCOMPLETE_STATUS) {
      const unread = this.incomplete(stderr, summary?.snapshot);
      if (summary === undefined) throw unread;
      return { ...summary, unread };
    }
    if (summary) return summary;
    throw new StepFailure(
      FAILURES.applyFailed,
      `restic ended well but told of no snapshot${tailOf(this.redact(stdout))}`,
    );
  }

  /** Snapshots of this stack and host, oldest first. */
  async snapshots(): Promise<ask.Snapshot[]> {
    return ask.readSnapshots((await this.run(ask.snapshotsCommand(this.request))).stdout);
  }

  /** Changes tags; the snapshot gets a new id by that, which comes back (the short one). */
  async retag(snapshot: string, tags: { add: readonly string[]; remove: readonly string[] }): Promise<string> {
    await this.run(ask.tagCommand(snapshot, tags));
    const found = (await this.snapshots()).find(
      (each) => each.id.startsWith(snapshot) || each.original?.startsWith(snapshot),
    );
    if (found === undefined)
      throw new StepFailure(FAILURES.applyFailed, `Snapshot ${snapshot} is gone since it was made.`);
    return found.short_id;
  }

  /** Removes what the policy does not keep among the snapshots that have all those tags. Numbers of snapshots. */
  async forget(tags: readonly string[], policy: ask.KeepPolicy): Promise<{ kept: number; removed: number }> {
    const { host } = this.request;
    return ask.readForgotten((await this.run(ask.forgetCommand({ host, tags, policy }), this.long())).stdout);
  }

  async forgetThese(ids: readonly string[]): Promise<void> {
    if (ids.length > 0) await this.run(ask.forgetIdsCommand(ids), this.long());
  }

  /** Frees the room of what was forgotten. */
  async prune(): Promise<void> {
    await this.run(ask.pruneCommand, this.long());
  }

  async check(readDataSubset: string | undefined): Promise<void> {
    await this.run(ask.checkCommand(readDataSubset), this.long());
  }

  /** Everything at and below those paths of the snapshot, at the same paths below `target`; what was written is read again. */
  async restore(snapshot: string, paths: readonly string[], target: string): Promise<void> {
    await this.run(ask.restoreCommand(snapshot, paths, target), this.long());
  }

  /** Text of one file of a snapshot. */
  async readFile(snapshot: string, path: string): Promise<string> {
    return (await this.run(ask.dumpCommand(snapshot, path), { timeoutMs: SHORT_LIMIT_MS, silent: true })).stdout;
  }

  /** What lies at and below a path of the snapshot, as it is told: there may be millions. */
  async eachEntry(snapshot: string, path: string, take: (entry: ask.SnapshotEntry) => void): Promise<void> {
    const onLine = (line: string, stream: string) => {
      const entry = stream === 'stdout' ? ask.readEntry(line) : undefined;
      if (entry) take(entry);
    };
    try {
      await this.start(ask.listCommand(snapshot, path), { ...this.long(), onLine });
    } catch (error) {
      throw this.explain(error);
    }
  }

  /** Bytes of all files at and below those paths. */
  async bytesOf(snapshot: string, paths: readonly string[]): Promise<number> {
    let bytes = 0;
    for (const path of paths) await this.eachEntry(snapshot, path, ({ size }) => (bytes += size ?? 0));
    return bytes;
  }

  /** Bytes that all files of the snapshot have when restored. */
  async size(snapshot: string): Promise<number> {
    return ask.readSize((await this.run(ask.sizeCommand(snapshot), this.long())).stdout);
  }

  private readonly long = () => ({ timeoutMs: LONG_LIMIT_MS });

  private async run(
    command: Command,
    { silent, ...limits }: { timeoutMs: number; okStatuses?: number[]; silent?: boolean } = {
      timeoutMs: SHORT_LIMIT_MS,
    },
  ): Promise<RunResult> {
    const onLine = silent === true ? {} : { onLine: (line: string) => this.hear(line) };
    const deadline = Date.now() + LOCK_WAIT_MS;
    for (;;) {
      try {
        return await this.start(command, { ...limits, ...onLine });
      } catch (error) {
        const failure = this.explain(error);
        if (!isStepFailure(failure, FAILURES.busy) || Date.now() > deadline) throw failure;
        this.step.log.info('Another restic works on the repository: waiting for it');
        await setTimeout(LOCK_PAUSE_MS, undefined, { signal: this.step.signal });
      }
    }
  }

  private start(command: Command, options: Pick<RunOptions, 'timeoutMs' | 'okStatuses' | 'onLine'>) {
    return runCommand(command, { env: this.environment, signal: this.step.signal, ...options });
  }

  private hear(line: string): void {
    const progress = restic.readProgress(line);
    if (progress !== undefined) this.step.heartbeat({ percent: Math.round(progress * 100) });
    // What restic tells in JSON is read from its output at the end, and told in words.
    else if (!/^[{[]/.test(line) && line !== '') this.step.log.output(this.redact(line));
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
