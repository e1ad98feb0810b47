/**
 * `npm run test:production`: set-up, the images that docker-compose.temporal.yml names, then its proofs, one after the other.
 * Images that cannot be pulled here are built from the real programs under the same names, and removed at the end. The first
 * run builds these programs, which takes about 15 minutes on two cores. Usage: node scripts/production.mjs [FILTER…]
 */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { ensureImages, removeImages } from './production/images.mjs';
import { impersonalEnvironment } from './setup/environment.mjs';
import { leaveCleanly } from './setup/leaving.mjs';
import { setUp } from './setup/main.mjs';
import { SetupProblem } from './setup/report.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));

process.exitCode = await main(process.argv.slice(2));

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} exit status
 */
async function main(args) {
  const { ready, found } = await setUp({ target: 'test' });
  if (!ready || found.temporalCli === undefined) return 1;
  console.log('Images of the production form. What cannot be pulled is built from the real programs: a STAND-IN.');
  const giveSignalsBack = leaveCleanly();
  /** @type {readonly string[]} */
  let made = [];
  try {
    made = await ensureImages({ root, env: process.env, cli: found.temporalCli });
  } catch (error) {
    if (!(error instanceof SetupProblem)) throw error;
    console.error(error.message);
    return 1;
  } finally {
    giveSignalsBack();
  }
  try {
    const filters = args.length === 0 ? ['test/production/'] : args;
    return (await vitest(filters, impersonalEnvironment(process.env, found))) ?? 1;
  } finally {
    await removeImages(made, process.env);
  }
}

/**
 * @param {readonly string[]} filters
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number | null>} exit status
 */
function vitest(filters, env) {
  return new Promise((resolve) => {
    // One at a time: an outage in seconds means something only when nothing else runs.
    const args = ['node_modules/vitest/vitest.mjs', 'run', ...filters, '--maxWorkers=1', '--reporter=verbose'];
    const child = spawn(process.execPath, args, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    // ^C reaches the tests too: they take away what they made, and this does so afterwards.
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => undefined);
    child.once('error', () => resolve(null)).once('close', resolve);
  });
}
