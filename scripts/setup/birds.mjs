import { existsSync, readFileSync } from 'node:fs';
import { copyFile, mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canInstallPackages, installByHand, installPackages } from './apt.mjs';
import { cachedBirds } from './environment.mjs';
import { inScratch } from './leaving.mjs';
import { findProgram } from './machine.mjs';
import { SetupProblem, tellDetail, withSignOfLife } from './report.mjs';
import { describeFailure, run } from './run.mjs';

const PACKAGES = ['python3', 'python3-venv'];
/** Beside the interpreter: what it was made of. */
const MADE_OF = 'made-of.txt';

/** @type {import('./main.mjs').Part} */
export const birds = {
  name: 'Python birds',
  targets: ['test'],
  why: 'a real WPS that is registered, PyWPS, and the client by which Weaver reads birds, OWSLib',
  how: ({ env }) =>
    `a virtual environment in ${cachedBirds(env)} (80 MB), filled by pip from the index that it is set to, with pinned hashes; ` +
    `before it ${PACKAGES.join(' and ')} by apt-get where they are missing; 10 to 60 s`,
  byHand: () =>
    `${installByHand(PACKAGES)} (Python 3.11 to 3.14), then repeat; behind a proxy set PIP_INDEX_URL or pip's own configuration.`,
  async look({ root, env }) {
    const missing = await whatIsMissing(root, env);
    return missing === undefined ? { found: `${readVersions(root)} in our cache` } : { missing };
  },
  async provide({ root, env }) {
    await ensureVenv(env);
    const target = cachedBirds(env);
    await mkdir(dirname(target), { recursive: true });
    // An environment may be moved: only what lies in its bin directory knows where it was made, and that is not used.
    await inScratch(join(dirname(target), '.birds-'), async (scratch) => {
      await fill(join(scratch, 'birds'), root, env);
      await rm(target, { recursive: true, force: true });
      await rename(join(scratch, 'birds'), target);
    });
  },
};

/** @param {string} root */
const requirements = (root) => join(root, 'test', 'fixtures', 'birds', 'requirements.txt');

/** @param {string} root */
const readVersions = (root) => pinsOf(readFileSync(requirements(root), 'utf8'), ['pywps', 'owslib']).join(', ');

/**
 * @param {string} text of requirements
 * @param {readonly string[]} names
 */
export const pinsOf = (text, names) =>
  names.flatMap((name) => {
    const version = new RegExp(`^${name}==(\\S+)`, 'm').exec(text)?.[1];
    return version === undefined ? [] : [`${name} ${version}`];
  });

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string | undefined>} undefined: nothing
 */
async function whatIsMissing(root, env) {
  const madeOf = join(cachedBirds(env), MADE_OF);
  if (!existsSync(madeOf)) return 'not made yet';
  if (readFileSync(madeOf, 'utf8') !== readFileSync(requirements(root), 'utf8')) return 'its requirements have changed';
  // A newer Python of the system leaves an environment without its packages, or without its interpreter.
  const { status } = await run(pythonOf(cachedBirds(env)), ['-c', 'import pywps, owslib.wps'], {
    env,
    timeoutMs: 60_000,
  });
  return status === 0 ? undefined : 'it does not run any more';
}

/** @param {string} venv */
const pythonOf = (venv) => join(venv, 'bin', 'python');

/** @param {NodeJS.ProcessEnv} env */
async function ensureVenv(env) {
  if (await canMakeVenv(env)) return;
  if (!canInstallPackages()) throw new SetupProblem(`only root on Debian or Ubuntu can: ${installByHand(PACKAGES)}`);
  await installPackages(PACKAGES, env);
  if (!(await canMakeVenv(env))) throw new SetupProblem(`${interpreter(env)} has no venv, though it is installed`);
}

/** @param {NodeJS.ProcessEnv} env */
const interpreter = (env) => findProgram('python3', env) ?? 'python3';

/** @param {NodeJS.ProcessEnv} env */
async function canMakeVenv(env) {
  const { status } = await run(interpreter(env), ['-c', 'import venv, ensurepip'], { env, timeoutMs: 30_000 });
  return status === 0;
}

/**
 * @param {string} venv
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
async function fill(venv, root, env) {
  await succeed('`python3 -m venv`', interpreter(env), ['-m', 'venv', venv], env);
  const install = ['-m', 'pip', 'install', '--quiet', '--no-input', '--disable-pip-version-check'];
  const pinned = ['--no-deps', '--only-binary', ':all:', '--require-hashes', '-r', requirements(root)];
  tellDetail('pip install --require-hashes -r test/fixtures/birds/requirements.txt');
  await succeed('`pip install`', pythonOf(venv), [...install, ...pinned], env);
  await copyFile(requirements(root), join(venv, MADE_OF));
}

/**
 * @param {string} name
 * @param {string} file
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
async function succeed(name, file, args, env) {
  const ran = await withSignOfLife(name, (at) => run(file, args, { env, timeoutMs: 600_000, onLine: at }));
  if (ran.status !== 0) throw new SetupProblem(describeFailure(name, ran));
}
