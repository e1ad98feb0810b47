/** Evaluates a stack's configuration in one shell child. */
import { readFile } from 'node:fs/promises';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { CommandFailed, runCommand, type Command } from '../shared/run-command.js';
import { cleanEnvironment } from './clean-environment.js';
import { complaints, explainRefusals, explainStop, onlyExitLine, saidByFiles } from './reader-messages.js';
import { parseRecords, type ShellRecords } from './reader-records.js';
import { READER_SCRIPT } from './reader-script.js';

export interface ShellReading {
  /** The environment of compose and of templates. Holds secrets. */
  exported: Record<string, string>;
  /** Exported or not: where settings and lists of names are looked up. Holds secrets. */
  all: Record<string, string>;
  /** Component directories that exist, in the order of the list, as it spells them (absolute). */
  components: string[];
  /** Files in the order in which they were read. */
  files: string[];
  warnings: string[];
}

export interface ReadShellOptions {
  /** Real path of the stack directory. */
  directory: string;
  envFile: string;
  /** Passed to the files on top of a minimal clean environment. */
  env: Record<string, string>;
  signal: AbortSignal;
  wrap: (command: Command) => Command;
  /** Where this process reads a live path from. */
  locate: (livePath: string) => string;
  shell?: string;
  timeoutMs?: number;
}

const TIMEOUT_MS = 60_000;

export function readerCommand(options: Pick<ReadShellOptions, 'directory' | 'envFile' | 'shell'>): Command {
  const shell = options.shell ?? '/bin/sh';
  return {
    file: shell,
    args: ['-c', READER_SCRIPT, 'birdkeeper', options.directory, options.envFile, shell],
  };
}

/**
 * Reads `default.env`, `env.local`, each component's `default.env` and `env.local` again. Throws `Configuration` with
 * the file (and line) on anything that keeps the shell from reaching the end.
 */
export async function readShell(options: ReadShellOptions): Promise<ShellReading> {
  const timeoutMs = options.timeoutMs ?? TIMEOUT_MS;
  const end = await runReader(options, timeoutMs);
  const records = parseRecords(end.stdout);
  if (!records.complete) throw new StepFailure(FAILURES.configuration, await explain(records, end, options, timeoutMs));
  const { refusals, warnings } = saidByFiles(end.stderr);
  if (refusals.length > 0) throw new StepFailure(FAILURES.configuration, explainRefusals(refusals));
  // Wherever a file went by `cd`: compose runs in the stack directory.
  const PWD = options.directory;
  return {
    exported: { ...records.exported, PWD },
    all: { ...records.all, PWD },
    components: records.components,
    files: records.files,
    warnings: [...warningsOf(records, end.stderr), ...warnings],
  };
}

interface ReaderEnd {
  stdout: string;
  stderr: string;
  status: number | null;
  timedOut: boolean;
}

async function runReader(options: ReadShellOptions, timeoutMs: number): Promise<ReaderEnd> {
  try {
    const result = await runCommand(options.wrap(readerCommand(options)), {
      cwd: options.directory,
      env: { ...cleanEnvironment(options.env), COMPOSE_DIR: options.directory, PWD: options.directory },
      signal: options.signal,
      timeoutMs,
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

async function explain(
  records: ShellRecords,
  end: ReaderEnd,
  options: ReadShellOptions,
  timeoutMs: number,
): Promise<string> {
  const text = records.current === undefined ? '' : await readText(options.locate(records.current));
  const exitLine = onlyExitLine(text);
  return explainStop(records, {
    stderr: end.stderr,
    status: end.status,
    ...(end.timedOut ? { timedOutSeconds: timeoutMs / 1000 } : {}),
    ...(exitLine === undefined ? {} : { exitLine }),
  });
}

function warningsOf(records: ShellRecords, stderr: string): string[] {
  return [
    ...records.missing.map((path) => `Component directory ${path} does not exist: it is left out.`),
    ...complaints(stderr, records.files).map(({ file, line, what }) => `${file}, line ${line}: ${what}.`),
  ];
}

/** Text of a file for messages only; empty when it cannot be read. */
export async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    return '';
  }
}
