/** Evaluates a stack's configuration in one shell child, in the order of its era. */
import { realpathSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { FAILURES, StepFailure } from '../../shared/failures.js';
import { CommandFailed, runCommand, type Command, type RunResult } from '../../shared/run-command.js';
import { isMixed } from '../../shared/bytes.js';
import { readCheckoutScripts, type CheckoutScripts } from './checkout-scripts.js';
import { CircularDependency, type Listed } from './components.js';
import { Conversation, ReadingStopped } from './conversation.js';
import type { Era } from './eras.js';
import { complaints, explainRefusals, explainStop, onlyExitLine, saidByFiles, tooLarge } from './messages.js';
import { readInOrder, type Reading } from './order.js';
import { READER_SCRIPT } from './script.js';
import { TracedConversation, type TraceStep } from './traced.js';

export interface ShellReading {
  /** The environment of compose and of templates. Holds secrets. */
  exported: Record<string, string>;
  /** Exported or not: where settings and lists of names are looked up. Holds secrets. */
  all: Record<string, string>;
  /** Component directories that exist, in order, as the list spells them (absolute). */
  components: string[];
  /** ALL_CONF_DIRS: every component in order as it is spelled, with who asked for it. */
  listed: readonly Listed[];
  /** Files in the order in which they were read. */
  files: string[];
  era: Era;
  /** What set the variable that was watched, in order. */
  trace: readonly TraceStep[];
  warnings: string[];
  /** What an operator may want to know and need not be told at every look. */
  notes: string[];
}

export interface ReadShellOptions {
  /** Real path of the stack directory. */
  directory: string;
  envFile: string;
  /** The whole environment of the files. */
  env: Record<string, string>;
  signal: AbortSignal;
  wrap: (command: Command) => Command;
  /** Where this process reads a live path from. */
  locate: (livePath: string) => string;
  shell?: string;
  timeoutMs?: number;
  /** Found by what the checkout holds unless given. */
  era?: Era;
  /** Without the components, as upstream's `read_basic_configs_only`. */
  basic?: boolean;
  /** Name of a variable whose origin is asked. */
  watch?: string;
}

const TIMEOUT_MS = 60_000;
/** A reading has nothing to clean up, and who looks at a stack waits for it. */
const GRACE_MS = 500;

/**
 * Throws `Configuration` with the file (and line) on anything that keeps the shell from reaching the end.
 */
export async function readShell(options: ReadShellOptions): Promise<ShellReading> {
  refuseLineBreaks(options);
  const scripts = await readCheckoutScripts(options.directory, (path) => readText(options.locate(path)), options.era);
  const traced = options.watch === undefined ? undefined : new TracedConversation(options.watch);
  const conversation = traced ?? new Conversation();
  const { end, reading } = await converse(conversation, scripts, options);
  const { story } = conversation;
  if (reading === undefined) throw await explained(conversation, end, options);
  const { refusals, warnings } = saidByFiles(end.stderr);
  if (refusals.length > 0) throw new StepFailure(FAILURES.configuration, explainRefusals(refusals));
  // Wherever a file went by `cd`: compose runs in the stack directory.
  const PWD = options.directory;
  const exported = { ...reading.exported, PWD };
  refuseTooLarge(exported);
  return {
    exported,
    all: { ...reading.others, ...exported },
    components: reading.listed
      .filter(({ exists }) => exists)
      .map(({ spelling }) => absolute(options.directory, spelling)),
    listed: reading.listed,
    files: story.files,
    era: scripts.era,
    trace: (await traced?.steps()) ?? [],
    warnings: [
      ...reading.warnings,
      ...complaints(end.stderr, story.files).map(({ file, line, what }) => `${file}, line ${line}: ${what}.`),
      ...mixed(exported),
      ...warnings,
    ],
    notes: [...reading.notes, ...failedNotes(story.failed)],
  };
}

/** As `adir` would be entered: not resolved, so that a spelling is recognised in messages. */
const absolute = (directory: string, spelling: string): string =>
  spelling.startsWith('/') ? spelling : `${directory}/${spelling}`;

/** The shell is told a line at a time. */
function refuseLineBreaks({ directory, envFile, locate }: ReadShellOptions): void {
  const paths = [directory, envFile, realPathOf(locate(envFile)) ?? ''];
  const path = paths.find((candidate) => candidate.includes('\n'));
  if (path === undefined) return;
  throw new StepFailure(FAILURES.configuration, `${JSON.stringify(path)} holds a line break. Rename it.`);
}

/** MAX_ARG_STRLEN of Linux: the longest `NAME=VALUE` that a program can be given, its NUL included. */
const LONGEST_BYTES = 131_072;

/** Some shells have `env` built in, which is given nothing. */
function refuseTooLarge(exported: Readonly<Record<string, string>>): void {
  const [name] =
    Object.entries(exported).find(([key, value]) => Buffer.byteLength(`${key}=${value}`) >= LONGEST_BYTES) ?? [];
  if (name !== undefined) throw new StepFailure(FAILURES.configuration, tooLarge(name));
}

interface ReaderEnd extends Omit<RunResult, 'status'> {
  status: number | null;
  timedOut: boolean;
}

async function converse(
  conversation: Conversation,
  { era, lists }: CheckoutScripts,
  options: ReadShellOptions,
): Promise<{ end: ReaderEnd; reading?: Reading }> {
  const ending = runReader(conversation, lists, options).finally(() => conversation.close());
  const telling = readInOrder(conversation, {
    generation: era.generation,
    directory: options.directory,
    envFile: options.envFile,
    env: options.env,
    basic: options.basic ?? false,
    text: (path) => readText(options.locate(absolute(options.directory, path))),
    identity: (path) =>
      path.includes('\n') ? undefined : realPathOf(options.locate(resolve(options.directory, path))),
  }).then(
    (reading) => ({ reading, error: undefined }),
    (error: unknown) => ({ reading: undefined, error }),
  );
  const { reading, error } = await telling;
  conversation.end();
  const end = await ending;
  if (error instanceof CircularDependency) throw new StepFailure(FAILURES.configuration, error.message);
  if (error !== undefined && !(error instanceof ReadingStopped)) throw error as Error;
  return { end, ...(reading === undefined ? {} : { reading }) };
}

export function readerCommand(shell = '/bin/sh'): Command {
  return { file: shell, args: ['-c', READER_SCRIPT, 'birdkeeper', shell] };
}

async function runReader(
  conversation: Conversation,
  lists: CheckoutScripts['lists'],
  options: ReadShellOptions,
): Promise<ReaderEnd> {
  try {
    const result = await runCommand(options.wrap(readerCommand(options.shell)), {
      cwd: options.directory,
      env: {
        ...options.env,
        PWD: options.directory,
        ...(lists.required === undefined ? {} : { _BK_VARS: lists.required }),
        ...(lists.optional === undefined ? {} : { _BK_OPTIONAL_VARS: lists.optional }),
      },
      signal: options.signal,
      timeoutMs: options.timeoutMs ?? TIMEOUT_MS,
      graceMs: GRACE_MS,
      leavesNothing: true,
      converse: conversation.converse,
    });
    return { ...result, timedOut: false };
  } catch (error) {
    // The message of a failed command quotes its output: it must not travel.
    if (error instanceof CommandFailed && error.reason !== 'aborted' && error.reason !== 'not started') {
      const { stdout, stderr, status, reason } = error;
      return { stdout, stderr, status, timedOut: reason === 'timed out' };
    }
    throw error;
  }
}

async function explained({ story }: Conversation, end: ReaderEnd, options: ReadShellOptions): Promise<StepFailure> {
  const text = story.current === undefined ? '' : await readText(options.locate(story.current));
  const exitLine = onlyExitLine(text);
  return new StepFailure(
    FAILURES.configuration,
    explainStop(story, {
      stderr: end.stderr,
      status: end.status,
      ...(end.timedOut ? { timedOutSeconds: (options.timeoutMs ?? TIMEOUT_MS) / 1000 } : {}),
      ...(exitLine === undefined ? {} : { exitLine }),
    }),
  );
}

/** Node.js can hand no program bytes that are not UTF-8; templates get them as they are. */
const mixed = (exported: Readonly<Record<string, string>>): string[] =>
  Object.entries(exported)
    .filter(([, value]) => isMixed(value))
    .map(
      ([name]) =>
        `${name} holds bytes that are not UTF-8: templates get them as they are, Compose and hooks get a replacement character in their place.`,
    );

const failedNotes = (names: readonly string[]): string[] =>
  names.map((name) => `${name} is in DELAYED_EVAL, and its value is no shell text: it could not be evaluated.`);

function realPathOf(path: string): string | undefined {
  try {
    return realpathSync(path);
  } catch {
    return undefined;
  }
}

/** Text of a file for messages only; empty when it cannot be read. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
