/** The Temporal command line, which holds the development server. */
import { access, constants, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join } from 'node:path';
import { FAILURES, StepFailure } from '../activities/shared/failures.js';
import { CommandFailed, runCommand, type Command } from '../activities/shared/run-command.js';
import { LOOPBACK, type Ports } from './embedded-server-ports.js';

export interface TemporalCli {
  path: string;
  /** Version of the server inside, `1.29.1`: part of the database's file name. */
  serverVersion: string;
  /** Version of the command line; builds from source say 0.0.0-DEV. */
  cliVersion: string;
}

/** Where it may be, best first, with what to call each place. Pure. */
export function cliCandidates(options: {
  setting: string | undefined;
  path: string;
  cacheDirectory: string;
}): string[] {
  // A setting stands alone: falling back silently would run another version than the one that was asked for.
  if (options.setting) return [options.setting];
  const onPath = options.path
    .split(delimiter)
    .filter((directory) => isAbsolute(directory))
    .map((directory) => join(directory, 'temporal'));
  return [...onPath, join(options.cacheDirectory, 'bin', 'temporal')];
}

/** `temporal version 1.5.1 (Server 1.29.1, UI 2.42.1)`. Undefined when it says something else. */
export function parseVersion(output: string): { cliVersion: string; serverVersion: string } | undefined {
  const match = /temporal version (\S+) \(Server ([0-9][\w.-]*)/.exec(output);
  return match?.[1] === undefined || match[2] === undefined
    ? undefined
    : { cliVersion: match[1], serverVersion: match[2] };
}

/** Arguments of the server: on loopback only, quiet, its state in one file. */
export function startDevCommand(cli: string, database: string, ports: Ports): Command {
  return {
    file: cli,
    // No --namespace: it would keep closed workflows for a day only. client/namespace.ts makes ours.
    args: [
      'server',
      'start-dev',
      '--db-filename',
      database,
      // Half of the time of a deployment that changes nothing went into the default journal (docs/performance.md); a lost
      // power supply costs nothing that was acknowledged.
      '--sqlite-pragma',
      'journal_mode=wal',
      '--sqlite-pragma',
      'synchronous=full',
      ...dynamicConfiguration(),
      '--ip',
      LOOPBACK,
      '--port',
      String(ports.port),
      '--ui-port',
      String(ports.uiPort),
      '--log-level',
      'warn',
    ],
  };
}

/**
 * The part of the server that keeps schedules takes its work from two queues, by two polls. After a burst of work both wait at
 * one queue for a minute, and what comes to the other, a new schedule or a run that is due, begins a minute late.
 */
const SCHEDULER_WORKER = { MaxConcurrentWorkflowTaskPollers: 100 };

const dynamicConfiguration = (): string[] => [
  '--dynamic-config-value',
  `worker.perNamespaceWorkerOptions=${JSON.stringify(SCHEDULER_WORKER)}`,
];

/** Finds the command line and asks its version. Throws Configuration with how to have it. */
export async function findTemporalCli(
  options: { setting: string | undefined; cacheDirectory: string; env: Record<string, string> },
  signal: AbortSignal,
): Promise<TemporalCli> {
  const candidates = cliCandidates({ ...options, path: options.env.PATH ?? '' });
  for (const path of candidates) {
    if (!(await isExecutable(path))) continue;
    const version = await askVersion(path, options.env, signal);
    if (version) return { path, ...version };
  }
  const looked = options.setting
    ? `BIRDKEEPER_TEMPORAL_CLI names ${options.setting}, which is not a Temporal command line that runs here.`
    : `The Temporal command line is neither on PATH nor in ${join(options.cacheDirectory, 'bin')}.`;
  throw new StepFailure(
    FAILURES.configuration,
    `${looked} Install it (https://docs.temporal.io/cli); in a clone \`npm run setup\` brings it. Or use a server of your own: --address HOST:PORT.`,
  );
}

/** Undefined for a program of another kind, or one that does not run here (built for another machine). */
async function askVersion(
  path: string,
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<ReturnType<typeof parseVersion>> {
  try {
    const { stdout } = await runCommand({ file: path, args: ['--version'] }, { env, signal, timeoutMs: 30_000 });
    return parseVersion(stdout);
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof CommandFailed) return undefined;
    throw error;
  }
}

async function isExecutable(path: string): Promise<boolean> {
  try {
    await access(path, constants.X_OK);
    return (await stat(path)).isFile();
  } catch {
    return false;
  }
}
