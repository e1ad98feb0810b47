/**
 * Where things lie on a host. Pure: who asks and in which environment is handed in, so that worker and command line find
 * the same places.
 */
import { isAbsolute, join } from 'node:path';

export type Environment = Readonly<Record<string, string | undefined>>;

/** Who runs this process. */
export interface Person {
  isRoot: boolean;
  home: string;
}

export const SYSTEM_STATE_DIRECTORY = '/var/lib/birdkeeper';
export const SYSTEM_LOG_DIRECTORY = '/var/log/PAVICS';

/** Files in the state directory that everybody on the host may read: where the server is, what this host is called. */
export const SERVER_FILE = 'server.json';
export const HOST_FILE = 'host.json';

export interface StatePlace {
  directory: string;
  /** setting: BIRDKEEPER_STATE_DIR names it; system: root's; personal: the system's is not for this user. */
  why: 'setting' | 'system' | 'personal';
}

/** Where this user's worker keeps its state. A relative setting is taken from `cwd`. */
export function statePlace(env: Environment, person: Person, cwd: string): StatePlace {
  const set = env.BIRDKEEPER_STATE_DIR?.trim();
  if (set) return { directory: isAbsolute(set) ? set : join(cwd, set), why: 'setting' };
  if (person.isRoot) return { directory: SYSTEM_STATE_DIRECTORY, why: 'system' };
  return { directory: join(xdg(env.XDG_STATE_HOME, person.home, '.local/state'), 'birdkeeper'), why: 'personal' };
}

/**
 * Where a command looks for the worker of this host, best first: a command may be run by another user than the worker is,
 * so the system's place follows one's own. A place that a setting names stands alone.
 */
export function placesToLook(env: Environment, person: Person, cwd: string): string[] {
  const own = statePlace(env, person, cwd);
  return own.why === 'personal' ? [own.directory, SYSTEM_STATE_DIRECTORY] : [own.directory];
}

/** Logs of who may not write the system's directory. */
export const personalLogDirectory = (env: Environment, person: Person): string =>
  join(xdg(env.XDG_STATE_HOME, person.home, '.local/state'), 'birdkeeper', 'log');

/** What set-up built or downloaded for this user. */
export const cacheDirectory = (env: Environment, person: Person): string =>
  join(xdg(env.XDG_CACHE_HOME, person.home, '.cache'), 'birdkeeper');

/** The XDG rules say that a relative value is to be ignored. */
function xdg(value: string | undefined, home: string, fallback: string): string {
  return value !== undefined && isAbsolute(value) ? value : join(home, fallback);
}

/** Variables that name a Temporal server, and those by which the profile file is found. */
const TEMPORAL_VARIABLE = /^(TEMPORAL_.+|HOME|XDG_CONFIG_HOME|APPDATA|USERPROFILE)$/;

/**
 * What `@temporalio/envconfig` may see: all of it in one hand, so that tests can give none. An empty value is how a compose
 * file or a unit says "not set"; the library would take an empty TEMPORAL_TLS for a no.
 */
export const temporalEnvironment = (env: Environment): Record<string, string> =>
  Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && entry[1].trim() !== '' && TEMPORAL_VARIABLE.test(entry[0]),
    ),
  );
