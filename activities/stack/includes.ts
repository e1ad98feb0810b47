/** Sources what components have to say about the list of compose files (`pre-docker-compose-up.include`). */
import { join, resolve } from 'node:path';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { createRedactor } from '../shared/redact.js';
import { CommandFailed, runCommand, tailOf, type Command } from '../shared/run-command.js';
import { INCLUDE_SCRIPT } from './include-script.js';
import type { Listed } from './reader/components.js';
import { stackVariables } from './reader/variables.js';
import { WordStream } from './reader/words.js';

export const INCLUDE_FILE = 'pre-docker-compose-up.include';

export interface IncludeSource {
  /** Real path of the stack directory. */
  directory: string;
  components: readonly Listed[];
  /** Compose files, live paths. */
  files: readonly string[];
  /** Exported variables: the environment of the files. */
  variables: Readonly<Record<string, string>>;
  /** Exported or not. */
  all: Readonly<Record<string, string>>;
  exists: (livePath: string) => boolean;
  wrap: (command: Command) => Command;
  signal: AbortSignal;
  timeoutSeconds: number;
}

export interface Included {
  /** Compose files, live paths. */
  files: readonly string[];
  /** What was exported at the end. */
  variables: Readonly<Record<string, string>>;
  /** What `log WARN` said. */
  warnings: readonly string[];
}

/**
 * In the order of the components, in one shell. May write files beside the components, as upstream's do: run it where the stack is
 * staged, or where it is live after `advance`. Throws `Configuration` when one of them ends the shell or does not end.
 */
export async function sourceIncludes(source: IncludeSource): Promise<Included> {
  const found = source.components
    .map(({ spelling }) => `${spelling}/${INCLUDE_FILE}`)
    .filter((path) => source.exists(resolve(source.directory, path)));
  if (found.length === 0) return { files: source.files, variables: source.variables, warnings: [] };
  const { words, stderr } = await run(found, source);
  const list = words[words.indexOf('list') + 1] ?? '';
  const exported = words.slice(words.indexOf('exported') + 1).map(split);
  return {
    files: parseConfList(list).map((file) => resolve(source.directory, file)),
    variables: { ...stackVariables(exported), PWD: source.directory },
    warnings: warningsIn(stderr),
  };
}

async function run(found: readonly string[], source: IncludeSource): Promise<{ words: string[]; stderr: string }> {
  const words: string[] = [];
  const stream = new WordStream();
  const command = { file: '/bin/sh', args: ['-c', INCLUDE_SCRIPT, 'birdkeeper', ...found.map(asPath)] };
  try {
    const { stderr } = await runCommand(source.wrap(command), {
      cwd: source.directory,
      env: environmentOf(source),
      signal: source.signal,
      timeoutMs: source.timeoutSeconds * 1_000,
      converse: (talk) => {
        talk.end();
        return (chunk) => words.push(...stream.take(chunk));
      },
    });
    if (words.at(-1) === '') return { words: words.slice(0, -1), stderr };
    throw ended(words, 'it ended the shell that sources it', stderr, source);
  } catch (error) {
    source.signal.throwIfAborted();
    if (!(error instanceof CommandFailed)) throw error;
    const why =
      error.reason === 'timed out'
        ? `it did not end within ${source.timeoutSeconds} s`
        : `it ended the shell that sources it (${error.status === null ? error.reason : `status ${error.status}`})`;
    throw ended(words, why, error.stderr, source);
  }
}

/** `. FILE` looks along PATH for a name without a slash. */
const asPath = (path: string): string => (path.includes('/') ? path : `./${path}`);

function environmentOf({ variables, all, components, directory, files }: IncludeSource): Record<string, string> {
  const others: Record<string, string> = {
    ...Object.fromEntries(Object.entries(all).filter(([name]) => variables[name] === undefined)),
    ALL_CONF_DIRS: all['ALL_CONF_DIRS'] ?? components.map(({ spelling }) => spelling).join('\n'),
    COMPOSE_CONF_LIST: confList(directory, files),
  };
  return {
    ...variables,
    ...Object.fromEntries(Object.entries(others).map(([name, value]) => [`_BK_SET_${name}`, value])),
    _BK_NAMES: Object.keys(others).join(' '),
  };
}

/** COMPOSE_CONF_LIST: relative where the stack holds the file, as upstream spells it. */
export const confList = (directory: string, files: readonly string[]): string =>
  files.map((file) => `-f ${spelledFrom(directory, file)}`).join(' ');

/** A path as upstream spells it: relative where the stack holds it. */
export const spelledFrom = (directory: string, file: string): string => {
  if (!file.startsWith(`${directory}/`)) return file;
  const path = file.slice(directory.length + 1);
  return path.includes('/') ? `./${path}` : path;
};

/** Files of a COMPOSE_CONF_LIST. A path may hold blanks. */
export const parseConfList = (list: string): string[] =>
  ` ${list.replace(/\s+/g, ' ')}`
    .split(/ (?:-f|--file)[ =]/)
    .slice(1)
    .map((file) => file.trim())
    .filter((file) => file !== '');

function split(assignment: string): [string, string] {
  const equals = assignment.indexOf('=');
  return [assignment.slice(0, equals), assignment.slice(equals + 1)];
}

const WARNING = /^WARN(?:ING)?: +/;

const warningsIn = (stderr: string): string[] => [
  ...new Set(
    stderr
      .split('\n')
      .filter((line) => WARNING.test(line))
      .map((line) => line.replace(WARNING, '')),
  ),
];

function ended(words: readonly string[], why: string, stderr: string, source: IncludeSource): StepFailure {
  const file = words[words.lastIndexOf('file') + 1] ?? INCLUDE_FILE;
  const said = createRedactor(source.all)(tailOf(stderr, 5));
  return new StepFailure(
    FAILURES.configuration,
    `${join(source.directory, file)}: ${why}. Nothing was started.${said === '' ? '' : ` It said last${said}`}`,
  );
}
