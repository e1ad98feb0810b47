/** `npm run test:conformance`: judges a Weaver, point by point. Needs the packages of `npm ci` and nothing else. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArguments, USAGE } from './conformance/arguments.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const VITEST = ['node_modules/vitest/vitest.mjs', 'run', 'test/conformance/', '--reporter=verbose'];

const asked = parseArguments(process.argv.slice(2), process.env);

switch (asked.action) {
  case 'help':
    console.log(USAGE);
    break;
  case 'usage':
    console.error(`${asked.problem}\n\n${USAGE}`);
    process.exitCode = 2;
    break;
  case 'judge':
    console.log(`Judging ${asked.env.CONFORMANCE_WEAVER ?? 'the double of the tests'}.`);
    process.exitCode = (await vitest(asked.env)) ?? 1;
    break;
}

/**
 * @param {import('./conformance/arguments.mjs').Judged} judged
 * @returns {Promise<number | null>} exit status
 */
function vitest(judged) {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('CONFORMANCE_'));
  const env = { ...Object.fromEntries(others), ...judged };
  return new Promise((resolve) => {
    const child = spawn(process.execPath, VITEST, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    // ^C reaches the tests too, and this ends when they do.
    for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.on(signal, () => undefined);
    child.once('error', () => resolve(null)).once('close', resolve);
  });
}
