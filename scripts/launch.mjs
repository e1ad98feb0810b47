import { fileURLToPath } from 'node:url';
import { setUp } from './setup/main.mjs';

/**
 * Sets up what is missing, then becomes the compiled program: it runs in this very process, so that ^C reaches it once
 * and its exit status is ours.
 *
 * @param {object} options
 * @param {import('./setup/arguments.mjs').Target} options.target
 * @param {string} options.program path in dist/
 * @param {readonly string[]} options.args
 * @param {(found: import('./setup/environment.mjs').Found) => NodeJS.ProcessEnv} options.environment environment of the program
 */
export async function launch({ target, program, args, environment }) {
  const { ready, found } = await setUp({ target });
  if (!ready) {
    process.exitCode = 1;
    return;
  }
  const wanted = environment(found);
  for (const name of Object.keys(process.env)) if (!(name in wanted)) delete process.env[name];
  Object.assign(process.env, wanted);
  const entry = new URL(`../dist/${program}`, import.meta.url);
  process.argv.splice(1, process.argv.length, fileURLToPath(entry), ...args);
  await import(entry.href);
}
