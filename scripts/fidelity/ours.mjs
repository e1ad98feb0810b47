/** What birdkeeper makes of a configuration, found by its command line. */
import { mkdir, readFile, rm } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';
import { below } from './upstream.mjs';
import { linesOf, variablesOf } from './words.mjs';

const BIRDKEEPER = fileURLToPath(new URL('../../dist/bin/birdkeeper.js', import.meta.url));

/** @typedef {import('./upstream.mjs').Scene} Scene */
/** @typedef {import('./upstream.mjs').Found} Found */

/**
 * What this birdkeeper can tell.
 *
 * @typedef {{ rendered: boolean, includes: boolean }} Abilities
 */

/**
 * @param {Pick<Scene, 'home' | 'env'>} scene
 * @returns {Promise<Abilities>}
 */
export async function abilities({ home, env }) {
  const help = (/** @type {string} */ command) =>
    run(process.execPath, [BIRDKEEPER, 'config', command, '--help'], { cwd: home, env });
  const [files, render] = await Promise.all([help('files'), help('render')]);
  if (files.status !== 0) throw new Error('dist/ holds no birdkeeper with "config": npm run build.');
  return {
    rendered: render.status === 0 && `${render.stdout}`.includes('--out'),
    includes: `${files.stdout}`.includes('--no-includes'),
  };
}

/**
 * @param {Scene} scene
 * @param {Abilities} can
 * @returns {Promise<(Omit<Found, 'allFiles' | 'rendered'> & Partial<Found>) | { refused: string }>}
 */
export async function askOurs(scene, can) {
  const config = (/** @type {readonly string[]} */ ...args) =>
    run(process.execPath, [BIRDKEEPER, 'config', ...args], { cwd: scene.stack, env: scene.env });
  const variables = await config('env', '--format', 'nul');
  if (variables.status !== 0) return { refused: `status ${variables.status ?? 'none'}: ${variables.stderr.trim()}` };
  const exported = await config('env', '--exported', '--format', 'nul');
  const components = await config('components');
  const files = await config('files', ...(can.includes ? ['--no-includes'] : []));
  const allFiles = can.includes ? await config('files') : undefined;
  return {
    variables: variablesOf(variables.stdout),
    exported: variablesOf(exported.stdout),
    components: linesOf(components.stdout),
    files: linesOf(files.stdout),
    ...(allFiles === undefined ? {} : { allFiles: linesOf(allFiles.stdout) }),
    ...(can.rendered ? { rendered: await rendered(scene, config) } : {}),
  };
}

/**
 * @param {Scene} scene
 * @param {(...args: readonly string[]) => Promise<import('./run.mjs').Ran>} config
 * @returns {Promise<ReadonlyMap<string, string>>}
 */
async function rendered({ home, stack }, config) {
  const out = join(home, 'rendered');
  await rm(out, { recursive: true, force: true });
  await mkdir(out);
  await config('render', '--out', out);
  const paths = await below(out);
  const inside = paths.map((path) => relative(out, path));
  // What lies outside of the stack directory has its absolute path below it.
  const placed = inside.map((path) => (`/${path}`.startsWith(join(home, '..')) ? `/${path}` : join(stack, path)));
  return new Map(
    await Promise.all(
      paths.map(async (path, at) => /** @type {const} */ ([placed[at] ?? path, await readFile(path, 'latin1')])),
    ),
  );
}
