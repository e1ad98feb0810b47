/**
 * The only place that starts child processes. A command is an argument list; nothing passes through a shell.
 */
import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
}

export interface RunOptions {
  cwd?: string;
  /** The whole environment of the child; nothing is inherited unless it is in here. */
  env: Record<string, string>;
  uid?: number;
  gid?: number;
  signal: AbortSignal;
  timeoutMs: number;
  /** Written to standard input, which is closed otherwise. */
  input?: string | Buffer;
  /** Called for each line of both streams, as it comes. */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Statuses that are an answer rather than a failure; `[0]` unless given. */
  okStatuses?: readonly number[];
  /** Between SIGTERM and SIGKILL, on time-out and abort. */
  graceMs?: number;
}

export interface RunResult {
  status: number;
  stdout: string;
  stderr: string;
}

/** Standard output is data (`compose config` of a large stack), so the cap is far above what a step returns. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const TAIL_LINES = 15;

export class CommandFailed extends Error {
  override readonly name = 'CommandFailed';

  constructor(
    readonly command: Command,
    /** Exit status, or null when a signal ended it. */
    readonly status: number | null,
    readonly reason: 'status' | 'signal' | 'timed out' | 'aborted' | 'not started',
    readonly stdout: string,
    readonly stderr: string,
    detail: string,
  ) {
    super(`${describeCommand(command)} ${detail}${tailOf(stderr || stdout)}`);
  }
}

/** File and first arguments, for messages; options with values that could be long are left to the log. */
export function describeCommand({ file, args }: Command): string {
  return [file, ...args].slice(0, 8).join(' ').slice(0, 200);
}

export function tailOf(output: string, lines = TAIL_LINES): string {
  const kept = output.trimEnd().split('\n').slice(-lines).join('\n');
  return kept === '' ? '' : `:\n${kept}`;
}

/**
 * Puts a command that changes a checkout or the stack behind a lock and a limit that survive the worker: when the
 * worker is killed the command runs on, keeps the lock, and ends by itself. `--close`: a daemonised grandchild must not
 * keep the lock. `--foreground`: one process group, so that a cancellation reaches all of it.
 */
export function guarded(command: Command, guard: { lock: string; waitSeconds: number; limitSeconds: number }): Command {
  return {
    file: 'flock',
    args: [
      '--close',
      '--conflict-exit-code',
      String(LOCK_BUSY_STATUS),
      '--timeout',
      String(guard.waitSeconds),
      guard.lock,
      'timeout',
      '--foreground',
      '--kill-after=10',
      String(guard.limitSeconds),
      command.file,
      ...command.args,
    ],
  };
}

/** Exit status of a guarded command whose lock stayed taken. */
export const LOCK_BUSY_STATUS = 75;
/** Exit status of a guarded command that passed its limit. */
export const LIMIT_STATUS = 124;

/**
 * Runs to the end. Throws `CommandFailed` on any status not in `okStatuses`, on time-out and on abort. The child leads a
 * process group of its own, which is ended as a whole.
 */
export async function runCommand(command: Command, options: RunOptions): Promise<RunResult> {
  options.signal.throwIfAborted();
  const child = spawn(command.file, [...command.args], {
    cwd: options.cwd,
    env: options.env,
    detached: true,
    stdio: [options.input === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
    ...(options.uid === undefined ? {} : { uid: options.uid }),
    ...(options.gid === undefined ? {} : { gid: options.gid }),
  });
  const stdout = collect(child.stdout, options.onLine && ((line) => options.onLine?.(line, 'stdout')));
  const stderr = collect(child.stderr, options.onLine && ((line) => options.onLine?.(line, 'stderr')));
  if (child.stdin) {
    // A child that does not read its input is not a failure of ours.
    child.stdin.on('error', () => undefined);
    child.stdin.end(options.input);
  }

  let stopped: 'timed out' | 'aborted' | undefined;
  const stop = (why: 'timed out' | 'aborted') => {
    stopped ??= why;
    signalGroup(child.pid, 'SIGTERM');
    setTimeout(() => signalGroup(child.pid, 'SIGKILL'), options.graceMs ?? 5_000).unref();
  };
  const timer = setTimeout(() => stop('timed out'), options.timeoutMs);
  const onAbort = () => stop('aborted');
  options.signal.addEventListener('abort', onAbort, { once: true });

  try {
    const { status, signal, error } = await new Promise<{
      status: number | null;
      signal: string | null;
      error?: Error;
    }>((resolve) => {
      child.once('error', (failure) => resolve({ status: null, signal: null, error: failure }));
      child.once('close', (code, sig) => resolve({ status: code, signal: sig }));
    });
    const fail = (reason: CommandFailed['reason'], detail: string) =>
      new CommandFailed(command, status, reason, stdout.text(), stderr.text(), detail);
    if (error) throw fail('not started', `could not be started (${error.message})`);
    if (stopped === 'timed out') throw fail('timed out', `did not end within ${options.timeoutMs / 1000} s`);
    if (stopped === 'aborted') throw fail('aborted', 'was cancelled');
    if (status === null) throw fail('signal', `was ended by ${signal}`);
    if (!(options.okStatuses ?? [0]).includes(status)) throw fail('status', `ended with status ${status}`);
    return { status, stdout: stdout.text(), stderr: stderr.text() };
  } finally {
    clearTimeout(timer);
    options.signal.removeEventListener('abort', onAbort);
  }
}

function signalGroup(pid: number | undefined, signal: NodeJS.Signals): void {
  if (pid === undefined) return;
  try {
    process.kill(-pid, signal);
  } catch {
    // The group is gone: that is what was wanted.
  }
}

function collect(stream: Readable | null, onLine?: (line: string) => void): { text(): string } {
  if (!stream) return { text: () => '' };
  const chunks: Buffer[] = [];
  let size = 0;
  stream.on('data', (chunk: Buffer) => {
    if (size < MAX_OUTPUT_BYTES) chunks.push(chunk);
    size += chunk.length;
  });
  if (onLine) createInterface({ input: stream, crlfDelay: Infinity }).on('line', onLine);
  return { text: () => Buffer.concat(chunks).toString('utf8') };
}
