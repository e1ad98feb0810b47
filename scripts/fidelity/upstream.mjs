/** What the scripts of the checkout make of a configuration, found by running them in a copy. */
import { existsSync } from 'node:fs';
import { chmod, mkdir, readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { dockerStub, probed } from './probes.mjs';
import { run } from './run.mjs';
import { filesOf, splitWords, variablesOf, wordsOf } from './words.mjs';

/**
 * @typedef {object} Scene Where a comparison takes place.
 * @property {string} home a directory for what is in nobody's way
 * @property {string} stack the directory with the compose file
 * @property {readonly string[]} roots where templates may be
 * @property {Readonly<Record<string, string>>} env the whole environment of both sides
 * @property {string} docker path of the real docker
 */

/**
 * @typedef {object} Found
 * @property {import('./words.mjs').Variables} variables after everything was read
 * @property {import('./words.mjs').Variables} exported what Compose is given
 * @property {readonly string[]} components
 * @property {readonly string[]} files before hooks
 * @property {readonly string[]} allFiles as Compose gets them
 * @property {ReadonlyMap<string, string>} rendered texts by path
 */

const SCRIPTS = ['birdhouse-compose.sh', 'pavics-compose.sh'];

/**
 * @param {Scene} scene
 * @returns {Promise<Found | { refused: string }>}
 */
export async function askUpstream(scene) {
  const bin = join(scene.home, 'bin');
  const probes = { variables: join(scene.home, 'variables'), list: join(scene.home, 'list') };
  await Promise.all([writeStubs(bin, scene.docker), forget(probes.variables), forget(probes.list), keepQuiet(scene)]);
  const script = await firstOf(scene.stack, SCRIPTS);
  const text = await readFile(script, 'latin1');
  const withProbes = probed(text, probes);
  if (withProbes === undefined) throw new Error(`${script} is no compose script that is known.`);
  await writeFile(script, withProbes, 'latin1');
  const env = { ...scene.env, PATH: `${bin}:${scene.env.PATH ?? ''}` };
  const up = () => run('/bin/sh', [script, 'up', '-d'], { cwd: scene.stack, env });
  // What services there are is read before it is rendered: the first run of a fresh checkout knows of none.
  if (text.includes('get-services-json')) await up();
  const { status, stderr, stdout } = await up();
  await writeFile(script, text, 'latin1');
  const call = await readFile(join(bin, 'up.arguments')).catch(() => undefined);
  if (call === undefined) return { refused: refusal(status, stderr, stdout.toString('latin1')) };
  const variables = variablesOf(await readFile(probes.variables));
  const allFiles = filesOf(wordsOf(call));
  const list = await readFile(probes.list, 'latin1').catch(() => undefined);
  return {
    variables,
    exported: variablesOf(await readFile(join(bin, 'up.environment'))),
    components: componentsOf(variables, scene.stack),
    files: list === undefined ? allFiles : filesOf(splitWords(list)),
    allFiles,
    rendered: await renderedBelow(scene.roots),
  };
}

/**
 * Before 1.24 there is no list of those that count: whatever is not there is passed over.
 *
 * @param {import('./words.mjs').Variables} variables
 * @param {string} stack
 */
function componentsOf(variables, stack) {
  const all = variables.get('ALL_CONF_DIRS');
  if (all !== undefined) return splitWords(all);
  return splitWords(variables.get('EXTRA_CONF_DIRS') ?? '').filter((word) => existsSync(resolve(stack, word)));
}

/**
 * @param {number | null} status
 * @param {string} stderr
 * @param {string} stdout
 */
function refusal(status, stderr, stdout) {
  const lines = `${stdout}\n${stderr}`.split('\n').filter((line) => /error|critical|not set|refus/i.test(line));
  const said = lines.length === 0 ? stderr.trim().split('\n').slice(-1) : lines.slice(0, 2);
  return `status ${status ?? 'none'}: ${said.map((line) => line.trim()).join(' / ')}`;
}

/**
 * @param {string} bin
 * @param {string} docker
 */
async function writeStubs(bin, docker) {
  await rm(bin, { recursive: true, force: true });
  await mkdir(bin);
  for (const name of ['docker', 'docker-compose']) await writeProgram(join(bin, name), dockerStub(docker));
}

/**
 * @param {string} path
 * @param {string} text
 */
export async function writeProgram(path, text) {
  await writeFile(path, text);
  await chmod(path, 0o755);
}

/**
 * Hooks that come after `up` wait for services.
 *
 * @param {Scene} scene
 */
async function keepQuiet({ roots }) {
  for (const root of roots) {
    for (const path of await below(root)) if (path.endsWith('/post-docker-compose-up')) await chmod(path, 0o644);
  }
}

/** @param {string} path */
const forget = (path) => rm(path, { force: true });

/**
 * @param {string} directory
 * @param {readonly string[]} names
 */
async function firstOf(directory, names) {
  const there = await readdir(directory);
  const name = names.find((candidate) => there.includes(candidate));
  if (name === undefined) throw new Error(`${directory} holds none of ${names.join(', ')}.`);
  return join(directory, name);
}

/**
 * Paths of files.
 *
 * @param {string} root
 * @returns {Promise<readonly string[]>}
 */
export async function below(root) {
  const entries = await readdir(root, { recursive: true, withFileTypes: true }).catch(() => []);
  return entries
    .filter((entry) => !entry.isDirectory())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.includes('/.git/'));
}

/**
 * @param {readonly string[]} roots
 * @returns {Promise<ReadonlyMap<string, string>>}
 */
async function renderedBelow(roots) {
  const paths = (await Promise.all(roots.map(below))).flat();
  const there = new Set(paths);
  const targets = paths
    .filter((path) => path.endsWith('.template'))
    .map((path) => path.slice(0, -'.template'.length))
    .filter((path) => there.has(path))
    .sort();
  /** @type {Map<string, string>} */
  const texts = new Map();
  for (const path of targets) texts.set(path, await readFile(path, 'latin1'));
  return texts;
}
