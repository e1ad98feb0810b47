import { existsSync } from 'node:fs';
import { copyFile, link, mkdir, rename, rm } from 'node:fs/promises';
import { homedir } from 'node:os';
import { dirname, join } from 'node:path';
import { candidateVersion, canInstallPackages, installPackages, updateLists } from './apt.mjs';
import { choosePackage, COMPOSE_PACKAGES, COMPOSE_VERSION, LEAST_COMPOSE, releaseAddress } from './compose-choice.mjs';
import { buildCompose, download } from './compose-sources.mjs';
import { cachedCompose } from './environment.mjs';
import { inScratch } from './leaving.mjs';
import { isProgram } from './machine.mjs';
import { SetupProblem, tellDetail, withSignOfLife } from './report.mjs';
import { run } from './run.mjs';
import { isAtLeast } from './versions.mjs';

const DOWNLOAD_LIMITS = { answerMs: 5_000, wholeMs: 120_000 };

/** @type {import('./main.mjs').Part} */
export const compose = {
  name: 'Docker Compose',
  why: `it turns the stack's files into containers; ${LEAST_COMPOSE} or newer, as \`docker compose\``,
  how: ({ env }) =>
    `the distribution's package, else our cache, else the release's program (70 MB), else built from its official source with ` +
    `Go (2 to 4 min on two cores; Go keeps about 1 GB in its caches); not from a package, it becomes ${pluginPath(env)}`,
  byHand: ({ env }) =>
    `install docker-compose-plugin, or put the program of https://github.com/docker/compose/releases at ${pluginPath(env)}, ` +
    'or install Go 1.25 or newer and repeat.',
  async look({ env, found }) {
    const version = await askCompose(env);
    if (version !== undefined && isAtLeast(version, LEAST_COMPOSE)) {
      found.composeVersion = version;
      return { found: `${version}, used as it is` };
    }
    if (existsSync(pluginPath(env))) {
      const what = version === undefined ? 'does not run' : `is ${version}, older than ${LEAST_COMPOSE}`;
      return { missing: `${pluginPath(env)} ${what}; it is yours, so it is left alone: move it away`, blocked: true };
    }
    return {
      missing: version === undefined ? '`docker compose` is not known' : `${version} is older than ${LEAST_COMPOSE}`,
    };
  },
  async provide({ env }) {
    // A program in our cache tells that there was no package when it was made: apt is not asked again.
    if (!isProgram(cachedCompose(env))) {
      if (await installPackage(env)) return;
      await fillCache(env);
    }
    await place(cachedCompose(env), pluginPath(env));
    tellDetail(`placed as ${pluginPath(env)}, where there was none`);
  },
};

/** @param {NodeJS.ProcessEnv} env */
const pluginPath = (env) =>
  join(env.DOCKER_CONFIG || join(env.HOME || homedir(), '.docker'), 'cli-plugins', 'docker-compose');

/** @param {NodeJS.ProcessEnv} env */
async function askCompose(env) {
  const { status, stdout } = await run('docker', ['compose', 'version', '--short'], { env, timeoutMs: 10_000 });
  return status === 0 ? stdout.trim() : undefined;
}

/** @param {NodeJS.ProcessEnv} env */
async function installPackage(env) {
  if (!canInstallPackages()) return false;
  await updateLists(env);
  const versions = await Promise.all(COMPOSE_PACKAGES.map((name) => candidateVersion(name, env)));
  const name = choosePackage(Object.fromEntries(COMPOSE_PACKAGES.map((each, index) => [each, versions[index]])));
  if (name === undefined) {
    tellDetail(`no package: apt has none of ${COMPOSE_PACKAGES.join(', ')} in ${LEAST_COMPOSE} or newer`);
    return false;
  }
  await installPackages([name], env);
  return true;
}

/** @param {NodeJS.ProcessEnv} env */
async function fillCache(env) {
  const target = cachedCompose(env);
  await mkdir(dirname(target), { recursive: true });
  await inScratch(join(dirname(target), '.compose-'), async (scratch) => {
    const made = join(scratch, 'docker-compose');
    if (!(await downloadRelease(made))) await buildCompose(scratch, made, env);
    await rename(made, target);
  });
}

/** @param {string} target */
async function downloadRelease(target) {
  const address = releaseAddress(process.platform, process.arch);
  try {
    if (address === undefined) throw new SetupProblem(`no release of ${COMPOSE_VERSION} for this machine`);
    await withSignOfLife('downloading', () => download(address, target, DOWNLOAD_LIMITS));
    return true;
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    tellDetail(`no download: ${error.message}`);
    return false;
  }
}

/**
 * Puts the cached program where the docker command looks, without ever replacing what is there.
 *
 * @param {string} source
 * @param {string} target
 */
export async function place(source, target) {
  await mkdir(dirname(target), { recursive: true });
  const scratch = `${target}.${process.pid}.tmp`;
  // The docker command asks every file here for what it is: none may be there half.
  await link(source, scratch).catch(() => copyFile(source, scratch));
  try {
    await link(scratch, target);
  } finally {
    await rm(scratch, { force: true });
  }
}
