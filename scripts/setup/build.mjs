import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describeFailure, run } from './run.mjs';
import { SetupProblem, tellDetail, withSignOfLife } from './report.mjs';

/** Directories of which tsconfig.build.json includes all or a part. */
const SOURCES = ['workflows', 'activities', 'worker', 'client', 'bin', 'scripts', 'bench', 'test/support'];
const SETTINGS = ['package.json', 'package-lock.json', 'tsconfig.json', 'tsconfig.build.json'];
const BUNDLE = 'workflow-bundle.js';
const STAMP = '.sources';

/** @type {import('./main.mjs').Part} */
export const build = {
  name: 'Build',
  why: 'JavaScript and the workflow bundle in dist/, from the sources as they are',
  how: () => '`tsc` and the bundler; 5 to 15 s',
  byHand: () => '`npm run build`',
  async look({ root }) {
    const stamp = join(root, 'dist', STAMP);
    if (!existsSync(stamp)) return { missing: 'not built' };
    if (!existsSync(join(root, 'dist', BUNDLE))) return { missing: `dist/${BUNDLE} is not there` };
    return readFileSync(stamp, 'utf8') === (await hashOf(root, await listSources(root)))
      ? { found: 'dist/ is of these sources' }
      : { missing: 'sources have changed' };
  },
  async provide({ root, env }) {
    // Somebody may save a file while it is built: then it is built of two states, and once more.
    for (let round = 1; round <= 3 && !(await buildOnce(root, env)); round += 1) {
      tellDetail('sources changed meanwhile');
    }
  },
};

/**
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<boolean>} false when the sources changed meanwhile
 */
async function buildOnce(root, env) {
  const dist = join(root, 'dist');
  const sources = await listSources(root);
  const hash = await hashOf(root, sources);
  await rm(join(dist, STAMP), { force: true });
  await node(['node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json'], 'tsc', root, env);
  for (const path of staleOutputs(await list(dist), sources)) await rm(join(dist, path), { force: true });
  await node(['scripts/build-bundle.mjs'], 'the bundler', root, env);
  await writeFile(join(dist, STAMP), hash);
  return hash === (await hashOf(root, await listSources(root)));
}

/**
 * Compiled files whose source is gone. They would still be found and run.
 *
 * @param {readonly string[]} outputs paths in dist/
 * @param {readonly string[]} sources paths in the project
 */
export function staleOutputs(outputs, sources) {
  const bases = new Set(sources.map((path) => path.replace(/\.([mc]?)[tj]s$/, '.$1js')));
  return outputs.filter((path) => {
    const output = path.replace(/\.map$/, '');
    return /\.[mc]?js$/.test(output) && output !== BUNDLE && !bases.has(output);
  });
}

/** @param {string} root */
async function listSources(root) {
  const inFolders = await Promise.all(
    SOURCES.map(async (folder) => (await list(join(root, folder))).map((path) => join(folder, path))),
  );
  return inFolders.flat().filter((path) => /\.[mc]?[tj]s$/.test(path));
}

/** @param {string} directory */
async function list(directory) {
  if (!existsSync(directory)) return [];
  const entries = await readdir(directory, { recursive: true, withFileTypes: true });
  return entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(directory, join(entry.parentPath, entry.name)));
}

/**
 * By content rather than by time: a fresh clone has new times and the same sources.
 *
 * @param {string} root
 * @param {readonly string[]} sources
 */
async function hashOf(root, sources) {
  const hash = createHash('sha256');
  for (const path of [...SETTINGS, ...sources].sort()) {
    if (existsSync(join(root, path)))
      hash
        .update(`${path}\0`)
        .update(await readFile(join(root, path)))
        .update('\0');
  }
  return hash.digest('hex');
}

/**
 * @param {readonly string[]} args
 * @param {string} name
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
async function node(args, name, root, env) {
  const ran = await withSignOfLife(name, () => run(process.execPath, args, { cwd: root, env, timeoutMs: 300_000 }));
  if (ran.status !== 0) throw new SetupProblem(describeFailure(name, ran));
}
