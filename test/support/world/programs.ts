/** Running programs for a world, apart from who runs the tests: own home, none of their settings. */
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { runCommand, type RunResult } from '../../../activities/shared/run-command.js';
import { cacheDirectory } from '../../../client/places.js';

/** What the host of every world is called. */
export const WORLD_HOST = 'sample';

const ANY_STATUS = Array.from({ length: 256 }, (_, status) => status);
const KEPT = /^(PATH|LANG|LC_[A-Z]+|TZ|TMPDIR|DOCKER_[A-Z_]+|BUILDKIT_[A-Z_]+)$/;

/**
 * Environment of everything that a world starts. Temporal's variables and profiles, our own settings, git's and ssh's
 * personal files of whoever runs this are left out.
 */
export function worldEnvironment(dir: string, overrides: Record<string, string> = {}): Record<string, string> {
  const mine = process.env;
  const home = mine.HOME ?? homedir();
  const kept = Object.entries(mine).flatMap(([name, value]) =>
    value !== undefined && KEPT.test(name) ? [[name, value]] : [],
  );
  const temporal = mine.BIRDKEEPER_TEMPORAL_CLI ?? cachedTemporalCli(home);
  return {
    ...(Object.fromEntries(kept) as Record<string, string>),
    HOME: join(dir, 'home'),
    XDG_CONFIG_HOME: join(dir, 'home', '.config'),
    XDG_STATE_HOME: join(dir, 'home', '.local', 'state'),
    XDG_CACHE_HOME: join(dir, 'home', '.cache'),
    // The Compose plugin may lie in the real home.
    DOCKER_CONFIG: mine.DOCKER_CONFIG ?? join(home, '.docker'),
    DOCKER_BUILDKIT: mine.DOCKER_BUILDKIT ?? '0',
    BIRDKEEPER_STATE_DIR: join(dir, 'state'),
    BIRDKEEPER_HOST: WORLD_HOST,
    // Many workers of tests run at a time on one machine.
    BIRDKEEPER_METRICS_LISTEN: 'none',
    ...(temporal === undefined ? {} : { BIRDKEEPER_TEMPORAL_CLI: temporal }),
    ...overrides,
  };
}

function cachedTemporalCli(home: string): string | undefined {
  const path = join(cacheDirectory(process.env, { isRoot: false, home }), 'bin', 'temporal');
  return existsSync(path) ? path : undefined;
}

export interface RunIn {
  env: Record<string, string>;
  cwd?: string;
  /** Milliseconds. */
  limit?: number;
  input?: string;
}

/** Runs to the end and throws when it fails. Returns what it printed. */
export async function output(file: string, args: readonly string[], options: RunIn): Promise<string> {
  const { stdout } = await run(file, args, options, [0]);
  return stdout.trim();
}

/** Runs to the end, however it ends. */
export const attempt = (file: string, args: readonly string[], options: RunIn): Promise<RunResult> =>
  run(file, args, options, ANY_STATUS);

function run(file: string, args: readonly string[], options: RunIn, okStatuses: readonly number[]): Promise<RunResult> {
  const { env, cwd, limit = 60_000, input } = options;
  return runCommand(
    { file, args },
    {
      env,
      ...(cwd === undefined ? {} : { cwd }),
      ...(input === undefined ? {} : { input }),
      signal: new AbortController().signal,
      timeoutMs: limit,
      okStatuses,
    },
  );
}
