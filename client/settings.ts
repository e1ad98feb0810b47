/** The only reader of the environment on the command line's side. */
import { homedir, hostname, userInfo } from 'node:os';
import { askedBy } from './asked-by.js';
import { personalLogDirectory, placesToLook, temporalEnvironment, type Environment, type Person } from './places.js';

export interface ClientSettings {
  /** Best first; see `placesToLook`. */
  stateDirectories: string[];
  /** BIRDKEEPER_HOST; undefined: the name kept in the state directory. */
  host: string | undefined;
  machine: string;
  /** Who types this: `ann@alpha`. */
  by: string;
  /** DOCKER_HOST; undefined: the default socket. */
  dockerHost: string | undefined;
  /** TEMPORAL_* and what finding the profile file needs; nothing else. */
  temporalEnvironment: Record<string, string>;
  /** Where this user's worker logs when the configured directory cannot be written. */
  personalLogDirectory: string;
  /** Lines only, also on a terminal: CI, NO_COLOR or TERM=dumb. */
  plain: boolean;
  /** Every variable of this process: what the platform's own scripts would see. */
  environment: Record<string, string>;
}

export function readClientSettings(
  env: Environment = process.env,
  person: Person = { isRoot: process.getuid?.() === 0, home: env.HOME ?? homedir() },
  cwd: string = process.cwd(),
  machine: string = hostname(),
): ClientSettings {
  return {
    stateDirectories: placesToLook(env, person, cwd),
    host: env.BIRDKEEPER_HOST?.trim() ? env.BIRDKEEPER_HOST : undefined,
    machine,
    by: askedBy({ user: userName(env), sudoUser: env.SUDO_USER, machine }),
    dockerHost: env.DOCKER_HOST?.trim() ? env.DOCKER_HOST : undefined,
    temporalEnvironment: temporalEnvironment(env),
    personalLogDirectory: personalLogDirectory(env, person),
    plain: isSet(env.CI) || isSet(env.NO_COLOR) || env.TERM === 'dumb',
    environment: Object.fromEntries(
      Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined),
    ),
  };
}

const isSet = (value: string | undefined): boolean => value !== undefined && value !== '' && value !== 'false';

/** In a container a user may have a number and no name. */
function userName(env: Environment): string {
  try {
    return userInfo().username;
  } catch {
    return env.USER ?? `uid-${process.getuid?.() ?? 'unknown'}`;
  }
}
