/**
 * `restic.env` of birdhouse-deploy (`BIRDHOUSE_BACKUP_RESTIC_ENV_FILE`), as `docker run --env-file` reads it: KEY=VALUE a line,
 * everything after the first `=` is the value, quotes are a part of it.
 */
import { access, constants, readFile } from 'node:fs/promises';
import { FAILURES, messageOf, StepFailure } from '../shared/failures.js';
import type { ResticAccess } from './restic.js';

export interface EnvFile {
  readonly variables: Readonly<Record<string, string>>;
  /** Sentences without a full stop. */
  readonly warnings: readonly string[];
  readonly problems: readonly string[];
}

/** Pure. A name alone stands for the variable of `outer`, as Docker has it; without one there it is left out. */
export function readEnvFile(text: string, outer: Readonly<Record<string, string>>): EnvFile {
  const variables: Record<string, string> = {};
  const warnings: string[] = [];
  const problems: string[] = [];
  const lines = text.replace(/^\uFEFF/, '').split('\n');
  for (const [at, raw] of lines.entries()) {
    const line = raw.replace(/\r$/, '').trimStart();
    if (line === '' || line.startsWith('#')) continue;
    const equals = line.indexOf('=');
    const name = equals < 0 ? line : line.slice(0, equals);
    if (!/^[^\s\0]+$/.test(name)) {
      problems.push(`line ${at + 1} has no name before its "=", or one with a blank in it`);
      continue;
    }
    const value = equals >= 0 ? line.slice(equals + 1) : Object.hasOwn(outer, name) ? outer[name] : undefined;
    if (value === undefined) continue;
    if (value.includes('\0')) problems.push(`${name} holds a NUL byte`);
    if (/^(["']).*\1$/.test(value)) warnings.push(`the value of ${name} has quotes around it, which are a part of it`);
    if (name === 'RESTIC_PASSWORD_COMMAND') warnings.push('RESTIC_PASSWORD_COMMAND is ignored: name a file instead');
    else variables[name] = value;
  }
  return { variables, warnings, problems };
}

/** Variables whose value is a file that restic reads. */
const FILES = [
  'RESTIC_REPOSITORY_FILE',
  'RESTIC_PASSWORD_FILE',
  'RESTIC_CACERT',
  'RESTIC_TLS_CLIENT_CERT',
  'AWS_SHARED_CREDENTIALS_FILE',
  'GOOGLE_APPLICATION_CREDENTIALS',
];

/** How an access is asked for beside the file: what is set here wins. */
export interface ResticEnvRequest {
  readonly file: string;
  /** Environment of this process, as far as restic may have it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly cacheDir: string;
  /** Why this process does not see that path of the host, a clause; undefined where it does. Absent: all is seen. */
  readonly hidden?: (path: string) => string | undefined;
}

/** Throws Configuration naming what is wrong, never a value. `warnings`: sentences to be told. */
export async function readResticAccess({
  file,
  environment,
  cacheDir,
  hidden = () => undefined,
}: ResticEnvRequest): Promise<{ access: ResticAccess; warnings: readonly string[] }> {
  const { variables, warnings, problems } = readEnvFile(await textOf(file), environment);
  const wrong = [...problems, ...(await missingFiles(variables, hidden))];
  const { RESTIC_REPOSITORY_FILE: repositoryFile, RESTIC_CACHE_DIR: ownCache, ...rest } = variables;
  const fromFile = repositoryFile === undefined ? undefined : await readFile(repositoryFile, 'utf8').catch(() => '');
  const repository = rest['RESTIC_REPOSITORY'] || fromFile?.trim() || '';
  if (repository === '' && wrong.length === 0) wrong.push('it names no RESTIC_REPOSITORY');
  const hasPassword = (rest['RESTIC_PASSWORD'] ?? rest['RESTIC_PASSWORD_FILE'] ?? '') !== '';
  if (!hasPassword) wrong.push('it has neither RESTIC_PASSWORD_FILE nor RESTIC_PASSWORD');
  if (wrong.length > 0) throw new StepFailure(FAILURES.configuration, `${file}: ${wrong.join('; ')}. Correct it.`);
  const access = { repository, cacheDir: ownCache || cacheDir, environment: { ...environment, ...rest } };
  return { access, warnings: warnings.map((warning) => `${file}: ${warning}`) };
}

async function textOf(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    throw new StepFailure(FAILURES.configuration, `The restic environment file cannot be read: ${messageOf(error)}`);
  }
}

async function missingFiles(
  variables: Readonly<Record<string, string>>,
  hidden: (path: string) => string | undefined,
): Promise<string[]> {
  const named = FILES.filter((name) => (variables[name] ?? '') !== '');
  const looks = await Promise.all(
    named.map(async (name) => {
      try {
        await access(variables[name] ?? '', constants.R_OK);
        return [];
      } catch (error) {
        return [`the file of ${name} cannot be read (${hidden(variables[name] ?? '') ?? messageOf(error)})`];
      }
    }),
  );
  return looks.flat();
}
