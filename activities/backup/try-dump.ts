/** Whether a restored dump can be read by the programs that would have to read it. */
import { join } from 'node:path';
import { FAILURES, isStepFailure, messageOf } from '../shared/failures.js';
import { CommandFailed, runCommand, tailOf } from '../shared/run-command.js';
import type { Step } from '../shared/step.js';
import { ask, runningContainer } from './containers.js';
import { postgresListCommand } from './dump-commands.js';
import { DUMP_FILES } from './dump-format.js';
import type { BackupEngine, DumpPart, PostgresDump } from './types.js';

export interface TryRequest {
  readonly environment: Readonly<Record<string, string>>;
  /** With the containers of the stack a PostgreSQL dump can be read without a pg_restore on this host. */
  readonly engine?: BackupEngine;
}

export interface TriedDump {
  readonly tried: readonly string[];
  readonly untried: readonly string[];
  readonly problems: readonly string[];
}

const TRY_LIMIT_MS = 2 * 3600_000;
const NOTHING: TriedDump = { tried: [], untried: [], problems: [] };

/** `directory`: that of the dump. */
export async function tryDump(part: DumpPart, directory: string, request: TryRequest, step: Step): Promise<TriedDump> {
  const file = join(directory, DUMP_FILES[part.database]);
  if (part.database === 'postgres') return tryPostgres(part, file, request, step);
  if (part.database === 'sqlite') return trySqlite(file, request, step);
  return NOTHING;
}

/** In its own container first: a pg_restore of this host may be older than the dump. */
async function tryPostgres(part: PostgresDump, file: string, request: TryRequest, step: Step): Promise<TriedDump> {
  const { engine } = request;
  if (engine) {
    const around = { engine, step, redact: (text: string) => text };
    try {
      const { id } = await runningContainer(part.container, around);
      const { status, stderr } = await ask(id, postgresListCommand(part), around, { stdin: { file } });
      if (status === 0) return { ...NOTHING, tried: ['pg_restore --list'] };
      return { ...NOTHING, problems: [`pg_restore cannot read it${tailOf(stderr, 3)}`] };
    } catch (error) {
      const isAbsent = [FAILURES.notFound, FAILURES.unhealthy, FAILURES.configuration].some((type) =>
        isStepFailure(error, type),
      );
      if (!isAbsent) throw error;
    }
  }
  const result = await run('pg_restore', ['--list', '--', file], request, step);
  if (result === 'not there')
    return { ...NOTHING, untried: ['pg_restore --list, for want of the program and of its container'] };
  return result.problem === undefined
    ? { ...NOTHING, tried: ['pg_restore --list'] }
    : { ...NOTHING, problems: [`pg_restore cannot read it: ${result.problem}`] };
}

async function trySqlite(file: string, request: TryRequest, step: Step): Promise<TriedDump> {
  const result = await run('sqlite3', ['-bail', file, 'PRAGMA integrity_check'], request, step);
  if (result === 'not there') return { ...NOTHING, untried: ['PRAGMA integrity_check, for want of sqlite3'] };
  const problem = result.problem ?? (result.stdout.trim() === 'ok' ? undefined : result.stdout.trim().slice(0, 300));
  return problem === undefined
    ? { ...NOTHING, tried: ['PRAGMA integrity_check'] }
    : { ...NOTHING, problems: [`SQLite finds it damaged: ${problem}`] };
}

async function run(
  file: string,
  args: string[],
  { environment }: TryRequest,
  step: Step,
): Promise<{ stdout: string; problem?: string } | 'not there'> {
  try {
    const options = { env: { ...environment }, signal: step.signal, timeoutMs: TRY_LIMIT_MS };
    return await runCommand({ file, args }, options);
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.reason === 'aborted') throw error;
    if (error.reason === 'not started') return 'not there';
    return { stdout: '', problem: error.stderr.trim().slice(0, 300) || messageOf(error) };
  }
}
