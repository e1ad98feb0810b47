/** The compose project of a stack: its files and its name, asked of Compose only where the text does not decide. */
import { basename, join } from 'node:path';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { createRedactor } from '../shared/redact.js';
import { CommandFailed, runCommand, tailOf, type Command } from '../shared/run-command.js';
import type { Generation } from './reader/generations.js';
import { composeFiles, dotEnvValue, normaliseName, topLevelName, type Told } from './compose-files.js';

export interface ProjectSource {
  directory: string;
  generation: Generation;
  /** Every listed component directory, in order. */
  components: readonly string[];
  entries: (livePath: string) => readonly string[];
  /** The environment of compose. */
  variables: Readonly<Record<string, string>>;
  signal: AbortSignal;
  wrap: (command: Command) => Command;
  exists: (livePath: string) => boolean;
  /** Text of a file by its live path; empty when there is none. */
  read: (livePath: string) => Promise<string>;
}

export interface Project {
  name: string;
  /** Live paths, in `-f` order. */
  files: string[];
}

const ASK_TIMEOUT_MS = 60_000;

/** Throws `Configuration` when there is no compose file, or Compose refuses to say the name. */
export async function findProject(source: ProjectSource): Promise<Project> {
  const dotEnv = await source.read(join(source.directory, '.env'));
  const composeFile = await fromEnvironment(source, dotEnv, 'COMPOSE_FILE');
  const separator = composeFile === '' ? '' : await fromEnvironment(source, dotEnv, 'COMPOSE_PATH_SEPARATOR');
  const files = composeFiles({ ...source, composeFile, separator });
  if (files.length === 0) {
    throw new StepFailure(
      FAILURES.configuration,
      `${source.directory} holds no compose file (docker-compose.yml, compose.yaml). Name the directory of the stack with --stack DIR.`,
    );
  }
  return { name: await projectName(source, dotEnv, files), files };
}

async function fromEnvironment(source: ProjectSource, dotEnv: string, name: string): Promise<string> {
  const given = source.variables[name] ?? '';
  if (given.trim() !== '') return given;
  const told = dotEnvValue(dotEnv, name);
  if (told.is === 'unclear') return askCompose(source, [], name);
  return told.is === 'value' ? told.value : '';
}

async function projectName(source: ProjectSource, dotEnv: string, files: string[]): Promise<string> {
  const told = await nameInText(source, dotEnv, files);
  if (told.is === 'value') return told.value;
  const name =
    told.is === 'unclear'
      ? await askCompose(source, files, 'COMPOSE_PROJECT_NAME')
      : normaliseName(basename(source.directory));
  if (name !== '') return name;
  throw new StepFailure(
    FAILURES.configuration,
    `The directory name ${JSON.stringify(basename(source.directory))} gives no compose project name. Set COMPOSE_PROJECT_NAME.`,
  );
}

async function nameInText(source: ProjectSource, dotEnv: string, files: string[]): Promise<Told> {
  const given = source.variables['COMPOSE_PROJECT_NAME'] ?? '';
  if (given.trim() !== '') return { is: 'value', value: given.trim() };
  if ((source.variables['COMPOSE_ENV_FILES'] ?? '') !== '') return { is: 'unclear' };
  const inDotEnv = dotEnvValue(dotEnv, 'COMPOSE_PROJECT_NAME');
  if (inDotEnv.is !== 'absent') return inDotEnv;
  const inFiles = await Promise.all(files.map(async (file) => topLevelName(await source.read(file))));
  return (
    inFiles.find((told) => told.is === 'unclear') ?? inFiles.findLast((told) => told.is === 'value') ?? { is: 'absent' }
  );
}

export function askCommand(files: readonly string[]): Command {
  return { file: 'docker', args: ['compose', ...files.flatMap((file) => ['-f', file]), 'config', '--environment'] };
}

/** A variable as Compose sees it after `.env`; `COMPOSE_PROJECT_NAME` is always among them. */
async function askCompose(source: ProjectSource, files: readonly string[], name: string): Promise<string> {
  try {
    const { stdout } = await runCommand(source.wrap(askCommand(files)), {
      cwd: source.directory,
      env: { ...source.variables },
      signal: source.signal,
      timeoutMs: ASK_TIMEOUT_MS,
    });
    const line = stdout.split('\n').findLast((candidate) => candidate.startsWith(`${name}=`));
    return line?.slice(name.length + 1) ?? '';
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.reason === 'aborted') throw error;
    const why = createRedactor(source.variables)(
      error.reason === 'status' ? tailOf(error.stderr, 3) : ` ${error.reason}`,
    );
    throw new StepFailure(
      FAILURES.configuration,
      `docker compose could not tell ${name} of the project in ${source.directory}${why}. Correct the compose file, or set ${name} in env.local.`,
    );
  }
}
