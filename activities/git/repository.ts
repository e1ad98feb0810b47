/**
 * One checkout as git sees it. Looking goes through simple-git; whatever writes is a guarded command, so that its lock
 * and its limit survive the worker.
 */
import { simpleGit } from 'simple-git';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { guarded, LOCK_BUSY_STATUS } from '../shared/guarded.js';
import { CommandFailed, runCommand, type RunResult } from '../shared/run-command.js';
import type { Command } from '../shared/run-command.js';
import { asOwner, becomingOwner, DEFAULT_PATH, ownerOf, type Owner } from './owner.js';

export interface GitOptions {
  readonly signal: AbortSignal;
  /** Limit of each single git call. */
  readonly timeoutMs: number;
  /** Added to the clean environment of every git call: PATH, proxies, SSH_AUTH_SOCK. */
  readonly environment?: Readonly<Record<string, string>>;
}

/** Lock and limit of the commands that change a checkout; see `guarded`. */
export interface Guard {
  readonly lock: string;
  readonly waitSeconds: number;
  readonly limitSeconds: number;
}

interface ReadOptions {
  /** Standard input. */
  input?: string;
  /** Statuses that are an answer; `[0]` unless given. */
  okStatuses?: readonly number[];
}

/** git ended with a status that is no answer. */
export class GitFailed extends Error {
  override readonly name = 'GitFailed';

  constructor(
    readonly args: readonly string[],
    readonly status: number,
    readonly stderr: string,
  ) {
    super(`git ${args[0] ?? ''} ended with status ${status}: ${stderr.trim() || 'no message'}`);
  }
}

/** Messages in English, no prompt, no refresh of the index while looking, no pathspec magic. */
export function gitEnvironment(owner: Owner, extra: Readonly<Record<string, string>> = {}): Record<string, string> {
  return {
    PATH: DEFAULT_PATH,
    ...extra,
    HOME: owner.home,
    LANG: 'C',
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GIT_OPTIONAL_LOCKS: '0',
    GIT_LITERAL_PATHSPECS: '1',
  };
}

/**
 * Configuration of every command that writes: no hooks (a deployment runs what the stack's configuration names, nothing
 * else), and no housekeeping that would go on in the background.
 */
export const QUIET_CONFIG: readonly string[] = [
  'core.hooksPath=/dev/null',
  'gc.auto=0',
  'gc.autoDetach=false',
  'maintenance.auto=false',
  'submodule.recurse=false',
].flatMap((setting) => ['-c', setting]);

export class Repository {
  private constructor(
    readonly dir: string,
    readonly owner: Owner,
    readonly options: GitOptions,
  ) {}

  /** Throws the error of `stat` when the directory cannot be looked at; whether git knows it is not asked here. */
  static async at(dir: string, options: GitOptions): Promise<Repository> {
    return new Repository(dir, await ownerOf(dir, options.signal), options);
  }

  get environment(): Record<string, string> {
    return gitEnvironment(this.owner, this.options.environment);
  }

  /** Standard output and status of a git command that only looks. Throws `GitFailed`. */
  async ask(args: readonly string[], { input, okStatuses = [0] }: ReadOptions = {}): Promise<Answer> {
    const { signal, timeoutMs } = this.options;
    signal.throwIfAborted();
    let status = 0;
    // Kept here because simple-git would wrap it in an error of its own, without the status.
    let failed: GitFailed | undefined;
    const git = simpleGit({
      baseDir: this.dir,
      trimmed: false,
      abort: AbortSignal.any([signal, AbortSignal.timeout(timeoutMs)]),
      spawnOptions: asOwner(this.owner),
      allowEnvironment: Object.keys(this.environment),
      completion: { onClose: true, onExit: false },
      errors: (error, { exitCode, stdErr }) => {
        status = exitCode;
        if (okStatuses.includes(exitCode)) return undefined;
        // A child that never started, or was ended by a signal, has no status of its own.
        if (exitCode > 0) failed = new GitFailed(args, exitCode, Buffer.concat(stdErr).toString());
        return failed ?? error;
      },
      ...(input === undefined ? {} : { input: () => input }),
    });
    try {
      return { stdout: await git.env(this.environment).raw([...args]), status };
    } catch (error) {
      throw failed ?? error;
    }
  }

  async read(args: readonly string[], options?: ReadOptions): Promise<string> {
    return (await this.ask(args, options)).stdout;
  }

  /** First line of the answer, or undefined when git answers "no" by status 1. */
  async line(args: readonly string[]): Promise<string | undefined> {
    const { stdout, status } = await this.ask(args, { okStatuses: [0, 1] });
    return status === 0 ? stdout.replace(/\n[^]*$/, '') : undefined;
  }

  /** Absolute; of a linked work tree its own. */
  async gitDir(): Promise<string> {
    return (await this.read(['rev-parse', '--absolute-git-dir'])).replace(/\n$/, '');
  }

  /** Runs git as the owner outside the guard: for what does not touch the checkout itself. */
  run(args: readonly string[], environment: Record<string, string> = {}, input?: string): Promise<RunResult> {
    return runCommand(
      { file: 'git', args },
      {
        cwd: this.dir,
        env: { ...this.environment, ...environment },
        ...asOwner(this.owner),
        signal: this.options.signal,
        timeoutMs: this.options.timeoutMs,
        ...(input === undefined ? {} : { input }),
      },
    );
  }

  /** Runs git as the owner under the stack's lock. Throws Busy when a command of ours keeps it. */
  change(args: readonly string[], guard: Guard): Promise<RunResult> {
    return this.changeWith({ file: 'git', args: [...QUIET_CONFIG, ...args] }, guard);
  }

  /** `environment` is added to that of every git call. */
  async changeWith(
    command: Command,
    guard: Guard,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<RunResult> {
    try {
      return await runCommand(guarded(becomingOwner(command, this.owner), guard), {
        cwd: this.dir,
        env: { ...this.environment, ...environment },
        signal: this.options.signal,
        // The limit that counts is the guard's own, which survives us; this one only ends a guard that hangs.
        timeoutMs: (guard.waitSeconds + guard.limitSeconds + 30) * 1000,
      });
    } catch (error) {
      if (!(error instanceof CommandFailed) || error.status !== LOCK_BUSY_STATUS) throw error;
      throw new StepFailure(
        FAILURES.busy,
        `A command of ours still changes this stack (lock ${guard.lock}). It is tried again; look with: fuser -v ${guard.lock}`,
        5_000,
        { cause: error },
      );
    }
  }
}

export interface Answer {
  stdout: string;
  status: number;
}

const COMMIT = /^(?:[0-9a-f]{40}|[0-9a-f]{64})$/;

/** A commit id in full: anything else in an input could be read by git as an option or another name. */
export function requireCommit(commit: string): string {
  if (COMMIT.test(commit)) return commit;
  throw new StepFailure(FAILURES.badInput, `${JSON.stringify(commit.slice(0, 80))} is not the full id of a commit.`);
}
