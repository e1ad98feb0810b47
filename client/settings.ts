/** The only reader of the environment on the command line's side. */
import { homedir, hostname } from 'node:os';
import { placesToLook, temporalEnvironment, type Environment, type Person } from './places.js';

export interface ClientSettings {
  /** Best first; see `placesToLook`. */
  stateDirectories: string[];
  /** BIRDKEEPER_HOST; undefined: the name kept in the state directory. */
  host: string | undefined;
  machine: string;
  /** DOCKER_HOST; undefined: the default socket. */
  dockerHost: string | undefined;
  /** TEMPORAL_* and what finding the profile file needs; nothing else. */
  temporalEnvironment: Record<string, string>;
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
    dockerHost: env.DOCKER_HOST?.trim() ? env.DOCKER_HOST : undefined,
    temporalEnvironment: temporalEnvironment(env),
  };
}
