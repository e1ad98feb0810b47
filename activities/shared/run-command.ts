/**
 * The only place that starts child processes. A command is an argument list; nothing passes through a shell.
 */
import { spawn, type ChildProcess, type StdioOptions } from 'node:child_process';
import { open } from 'node:fs/promises';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { messageOf } from './failures.js';

export interface Command {
  readonly file: string;
  readonly args: readonly string[];
  /** What messages call it, when guards around it would hide what it is. */
  readonly shownAs?: string;
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
  /**
   * Instead of `input`: what is sent goes to standard input, which stays open until `end`; the function that comes back gets
   * standard output as it comes.
   */
  converse?: (talk: Talk) => (chunk: Buffer) => void;
  /** Called for each line of both streams, as it comes. */
  onLine?: (line: string, stream: 'stdout' | 'stderr') => void;
  /** Statuses that are an answer rather than a failure; `[0]` unless given. */
  okStatuses?: readonly number[];
  /** Between SIGTERM and SIGKILL, on time-out and abort. */
  graceMs?: number;
  /** SIGKILL from the start: for a child whose own words about its end would be taken for output. */
  endWith?: 'SIGKILL';
  /** What the child leaves running in its group is ended with it, rather than waited for and left behind. */
  leavesNothing?: boolean;
}

/** Our end of a conversation with a child. */
export interface Talk {
  send(text: string): void;
  end(): void;
}

export interface RunResult {
  status: number;
  stdout: string;
  stderr: string;
}

/** Standard output is data (`compose config` of a large stack), so the cap is far above what a step returns. */
const MAX_OUTPUT_BYTES = 64 * 1024 * 1024;
const TAIL_LINES = 15;
const GRACE_MS = 5_000;
/** Longer than the grace, so that a group that is being ended is seen to end. */
const HELD_OUTPUT_MS = 500;

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
export function describeCommand({ file, args, shownAs }: Command): string {
  const shown = file === 'git' ? withoutSettings(args) : args;
  return shownAs ?? [file, ...shown].slice(0, 8).join(' ').slice(0, 200);
}

/** What git is told before its subcommand (`-c name=value`) would leave no room for the subcommand. */
function withoutSettings(args: readonly string[]): readonly string[] {
  let start = 0;
  while (args[start] === '-c' && args[start + 1]?.includes('=')) start += 2;
  return args.slice(start);
}

export function tailOf(output: string, lines = TAIL_LINES): string {
  const kept = output.trimEnd().split('\n').slice(-lines).join('\n');
  return kept === '' ? '' : `:\n${kept}`;
}

/**
 * Runs to the end. Throws `CommandFailed` on any status not in `okStatuses`, on time-out and on abort. The child leads a
 * process group of its own, which is ended as a whole.
 */
export async function runCommand(command: Command, options: RunOptions): Promise<RunResult> {
  options.signal.throwIfAborted();
  const child = start(command, options);
  const stdout = collect(child.stdout, options.onLine && ((line) => options.onLine?.(line, 'stdout')));
  const stderr = collect(child.stderr, options.onLine && ((line) => options.onLine?.(line, 'stderr')));
  giveInput(child, options);

  let stopped: 'timed out' | 'aborted' | undefined;
  const stop = (why: 'timed out' | 'aborted') => {
    stopped ??= why;
    signalGroup(child.pid, options.endWith ?? 'SIGTERM');
    setTimeout(() => signalGroup(child.pid, 'SIGKILL'), options.graceMs ?? GRACE_MS).unref();
  };
  const timer = setTimeout(() => stop('timed out'), options.timeoutMs);
  const onAbort = () => stop('aborted');
  options.signal.addEventListener('abort', onAbort, { once: true });

  try {
    const { status, signal, error } = await ended(child, options);
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

function giveInput({ stdin, stdout }: ChildProcess, { input, converse }: RunOptions): void {
  if (!stdin) return;
  // A child that does not read its input is not a failure of ours.
  stdin.on('error', () => undefined);
  if (converse === undefined) {
    stdin.end(input);
    return;
  }
  stdout?.on('data', converse({ send: (text) => void stdin.write(text), end: () => void stdin.end() }));
}

function start(command: Command, options: RunOptions): ChildProcess {
  try {
    return spawn(command.file, [...command.args], {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: [options.input === undefined && options.converse === undefined ? 'ignore' : 'pipe', 'pipe', 'pipe'],
      ...(options.uid === undefined ? {} : { uid: options.uid }),
      ...(options.gid === undefined ? {} : { gid: options.gid }),
    });
  } catch (error) {
    // A list that is too long, a NUL byte, a user that we may not become: thrown at once, not told by an event.
    throw notStarted(command, error);
  }
}

interface Ending {
  status: number | null;
  signal: string | null;
  error?: Error;
}

/**
 * Waits for the child and for the end of its output; for the latter not for ever, since a daemon that the command left
 * behind in a session of its own may hold the pipe open.
 */
function ended(child: ChildProcess, { graceMs = GRACE_MS, leavesNothing = false }: RunOptions): Promise<Ending> {
  return new Promise((resolve) => {
    let held: NodeJS.Timeout | undefined;
    child.once('error', (error) => resolve({ status: null, signal: null, error }));
    child.once('exit', (status, signal) => {
      if (leavesNothing) signalGroup(child.pid, 'SIGKILL');
      held = setTimeout(() => {
        child.stdout?.destroy();
        child.stderr?.destroy();
        resolve({ status, signal });
      }, graceMs + HELD_OUTPUT_MS);
    });
    child.once('close', (status, signal) => {
      clearTimeout(held);
      resolve({ status, signal });
    });
  });
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

/** What a shell makes of a signal. */
const SIGNAL_STATUS = 128;

/**
 * Runs with the terminal of this process, to the end: whoever sits there talks to it, and ^C is for it. Gives its exit status; 128
 * and the number of the signal that ended it. `onError` gets standard error in the place of the terminal. Throws `CommandFailed`
 * when it cannot be started.
 */
export async function runAttached(
  command: Command,
  { onError, ...options }: { cwd: string; env: Record<string, string>; onError?: (chunk: Buffer) => void },
): Promise<number> {
  const ignore = () => undefined;
  process.on('SIGINT', ignore);
  try {
    return await new Promise<number>((resolve, reject) => {
      const stdio: StdioOptions = ['inherit', 'inherit', onError === undefined ? 'inherit' : 'pipe'];
      const child = spawn(command.file, [...command.args], { ...options, stdio });
      if (onError !== undefined) child.stderr?.on('data', onError);
      child.once('error', (error) => reject(notStarted(command, error)));
      child.once(onError === undefined ? 'exit' : 'close', (status: number | null, signal: NodeJS.Signals | null) =>
        resolve(status ?? SIGNAL_STATUS + (signal === null ? 0 : constants.signals[signal])),
      );
    });
  } finally {
    process.off('SIGINT', ignore);
  }
}

const notStarted = (command: Command, error: unknown): CommandFailed =>
  new CommandFailed(command, null, 'not started', '', '', `could not be started (${messageOf(error)})`);

/** A program that was left running, and how it ends should that be while this process still looks. */
export interface Detached {
  readonly pid: number;
  readonly ended: Promise<{ status: number | null; signal: string | null }>;
}

/**
 * Starts a program that outlives this process, in a session of its own: neither ^C nor a closed terminal reaches it. Its
 * output is appended to a file. Throws `CommandFailed` when it cannot be started.
 */
export async function startDetached(
  command: Command,
  options: { env: Record<string, string>; cwd?: string; outputFile: string },
): Promise<Detached> {
  const output = await open(options.outputFile, 'a', 0o600);
  try {
    const child = spawn(command.file, [...command.args], {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', output.fd, output.fd],
    });
    const end = new Promise<{ status: number | null; signal: string | null }>((resolve) =>
      child.once('exit', (status, signal) => resolve({ status, signal })),
    );
    await new Promise<void>((resolve, reject) => {
      child.once('spawn', () => resolve());
      child.once('error', (error) => reject(notStarted(command, error)));
    });
    child.unref();
    return { pid: child.pid ?? 0, ended: end };
  } finally {
    await output.close();
  }
}
