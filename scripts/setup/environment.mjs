/**
 * What the set-up found, for the commands that it was made for. Product and set-up agree on one place for the Temporal
 * command line: BIRDKEEPER_TEMPORAL_CLI, else `temporal` on PATH, else `birdkeeper/bin/temporal` in the user's cache.
 */
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';

/**
 * @typedef {object} Found
 * @property {string} [temporalCli] absolute path
 * @property {string} [composeVersion]
 * @property {string} [baseImage] reference of a pulled one; absent where it is built from a static busybox
 * @property {string} [dockerHost] as DOCKER_HOST has it; absent when it was not set
 */

/** @param {NodeJS.ProcessEnv} env */
export function cacheDirectory(env) {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'birdkeeper');
}

/** @param {NodeJS.ProcessEnv} env */
export const cachedTemporalCli = (env) => join(cacheDirectory(env), 'bin', 'temporal');

/** @param {NodeJS.ProcessEnv} env */
export const cachedCompose = (env) => join(cacheDirectory(env), 'bin', 'docker-compose');

/**
 * A virtual environment of Python with PyWPS and OWSLib, for tests.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export const cachedBirds = (env) => join(cacheDirectory(env), 'birds');

/** @param {NodeJS.ProcessEnv} env */
const environmentFile = (env) => join(cacheDirectory(env), 'environment.json');

/**
 * @param {NodeJS.ProcessEnv} env
 * @param {Found} found
 */
export async function writeFound(env, found) {
  await mkdir(cacheDirectory(env), { recursive: true });
  const scratch = `${environmentFile(env)}.${process.pid}.tmp`;
  await writeFile(scratch, `${JSON.stringify(found, null, 2)}\n`);
  await rename(scratch, environmentFile(env));
}

/**
 * What the last set-up found; nothing when there was none.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Found>}
 */
export async function readFound(env) {
  try {
    return JSON.parse(await readFile(environmentFile(env), 'utf8'));
  } catch {
    return {};
  }
}

/**
 * Names that would make demo and tests differ by who runs them: servers and profiles of Temporal, settings of ours,
 * the stack that the reader's shell happens to be set to, a git hook's repository.
 */
const PERSONAL = /^(TEMPORAL_|BIRDKEEPER_|AUTODEPLOY_|COMPOSE_|GIT_(DIR|WORK_TREE|INDEX_FILE|PREFIX)$)/;

/**
 * Environment for demo and tests.
 *
 * @param {NodeJS.ProcessEnv} env
 * @param {Found} found
 * @returns {NodeJS.ProcessEnv}
 */
export function impersonalEnvironment(env, found) {
  const kept = Object.entries(env).filter(([name]) => !PERSONAL.test(name));
  return {
    ...Object.fromEntries(kept),
    // Without it the profile file in the reader's home would still be read.
    TEMPORAL_CONFIG_FILE: '/dev/null',
    ...(found.temporalCli === undefined ? {} : { BIRDKEEPER_TEMPORAL_CLI: found.temporalCli }),
    ...(found.baseImage === undefined ? {} : { BIRDKEEPER_SAMPLE_BASE: found.baseImage }),
  };
}
