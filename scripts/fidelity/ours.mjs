/** What birdkeeper makes of a configuration, found by its command line. */
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { run } from './run.mjs';
import { below } from './upstream.mjs';
import { linesOf, variablesOf } from './words.mjs';

const BIRDKEEPER = fileURLToPath(new URL('../../dist/bin/birdkeeper.js', import.meta.url));

/** @typedef {import('./upstream.mjs').Scene} Scene */
/** @typedef {import('./upstream.mjs').Found} Found */
/** @typedef {Omit<Found, 'allFiles' | 'rendered'> & Partial<Pick<Found, 'allFiles' | 'rendered'>>} Told */

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
 * @returns {Promise<Told | { refused: string }>}
 */
export async function askOurs(scene, can) {
  const config = (/** @type {readonly string[]} */ ...args) =>
    run(process.execPath, [BIRDKEEPER, 'config', ...args], { cwd: scene.stack, env: scene.env });
  const answers = {
    variables: await config('env', '--format', 'nul'),
    exported: await config('env', '--exported', '--format', 'nul'),
    components: await config('components'),
    files: await config('files', ...(can.includes ? ['--no-includes'] : [])),
  };
  const out = join(scene.home, 'rendered');
  await rm(out, { recursive: true, force: true });
  await mkdir(out);
  const render = can.rendered ? await config('render', '--out', out) : undefined;
  const rendered = render?.status === 0 ? await readRendered(out, scene) : undefined;
  const all = can.includes ? await withFiles(rendered ?? new Map(), () => config('files')) : undefined;
  const failed = [...Object.values(answers), render, all].find((ran) => ran !== undefined && ran.status !== 0);
  if (failed !== undefined) return { refused: `status ${failed.status ?? 'none'}: ${failed.stderr.trim()}` };
  return {
    variables: variablesOf(answers.variables.stdout),
    exported: variablesOf(answers.exported.stdout),
    components: linesOf(answers.components.stdout),
    files: linesOf(answers.files.stdout),
    ...(all === undefined ? {} : { allFiles: linesOf(all.stdout) }),
    ...(rendered === undefined ? {} : { rendered }),
  };
}

/**
 * With the rendered files in place, as an `up` has them when it runs what asks Compose; then as it was.
 *
 * @template T
 * @param {ReadonlyMap<string, string>} texts by path
 * @param {() => Promise<T>} act
 * @returns {Promise<T>}
 */
async function withFiles(texts, act) {
  /** @type {Map<string, string | undefined>} */
  const before = new Map();
  for (const [path, text] of texts) {
    before.set(path, await readFile(path, 'latin1').catch(() => undefined));
    await writeFile(path, text, 'latin1');
  }
  try {
    return await act();
  } finally {
    for (const [path, text] of before) await (text === undefined ? rm(path) : writeFile(path, text, 'latin1'));
  }
}

/**
 * By the path that each is for: what lies outside of the stack directory has its absolute one below `out`.
 *
 * @param {string} out
 * @param {Scene} scene
 * @returns {Promise<ReadonlyMap<string, string>>}
 */
async function readRendered(out, { stack, roots }) {
  /** @type {Map<string, string>} */
  const texts = new Map();
  for (const path of await below(out)) {
    const inside = relative(out, path);
    const isAbsolute = roots.some((root) => `/${inside}`.startsWith(`${root}/`));
    texts.set(isAbsolute ? `/${inside}` : join(stack, inside), await readFile(path, 'latin1'));
  }
  return texts;
}
