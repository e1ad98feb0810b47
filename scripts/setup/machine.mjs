import { accessSync, constants, existsSync, readFileSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Where Debian keeps what only root has on PATH. */
const SYSTEM_DIRECTORIES = ['/usr/local/sbin', '/usr/sbin', '/sbin'];

/**
 * Path of a program, on PATH or among the system's; undefined when there is none.
 *
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 */
export function findProgram(name, env) {
  const directories = [...(env.PATH ?? '').split(delimiter).filter((path) => path !== ''), ...SYSTEM_DIRECTORIES];
  return directories.map((directory) => join(directory, name)).find(isProgram);
}

/** @param {string} path */
export function isProgram(path) {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

export const isRoot = () => process.getuid?.() === 0;

/** Debian, Ubuntu, or made from one of them. */
export function isDebianLike() {
  return (
    process.platform === 'linux' &&
    existsSync('/etc/os-release') &&
    namesDebian(readFileSync('/etc/os-release', 'utf8'))
  );
}

/** @param {string} osRelease text of /etc/os-release */
export const namesDebian = (osRelease) => /^ID(_LIKE)?=["']?([a-z]+ )*(debian|ubuntu)\b/m.test(osRelease);
