/** What the programs that we start are given of our own environment. Pure. */
import type { Environment, Person } from '../client/places.js';

/**
 * What children get. SSH_AUTH_SOCK is left out on purpose: with the keys of whoever happened to start the worker, a
 * deployment would work today and fail after the next reboot. COMPOSE_* belongs to the stack, not to the machine.
 */
const PASSED_ON =
  /^(PATH|HOME|USER|LOGNAME|SHELL|LANG|LANGUAGE|LC_[A-Z]+|TZ|TMPDIR|XDG_RUNTIME_DIR|XDG_CONFIG_HOME|DOCKER_[A-Z_]+|BUILDKIT_[A-Z_]+|(HTTP|HTTPS|FTP|ALL|NO)_PROXY|(http|https|ftp|all|no)_proxy|SSL_CERT_FILE|SSL_CERT_DIR)$/;
const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';

export function childEnvironment(env: Environment, person: Person): Record<string, string> {
  return { PATH: DEFAULT_PATH, HOME: person.home, ...definedOnly(env, (name) => PASSED_ON.test(name)) };
}

/** Without what is not set. */
export function definedOnly(env: Environment, wanted: (name: string) => boolean): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).filter((entry): entry is [string, string] => entry[1] !== undefined && wanted(entry[0])),
  );
}
