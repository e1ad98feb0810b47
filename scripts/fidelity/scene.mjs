/** One env file in one copy: both sides are asked, and what they found is compared. */
import { readFile, rm, writeFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { compareExported, compareLists, compareMaps, compareVariables, relativeTo } from './compare.mjs';
import { composeConfig } from './compose.mjs';
import { askOurs } from './ours.mjs';
import { askUpstream, below } from './upstream.mjs';

/** @typedef {import('./upstream.mjs').Scene} Scene */
/** @typedef {import('./upstream.mjs').Found} Found */
/** @typedef {import('./ours.mjs').Told} Told */
/** @typedef {import('./compare.mjs').Difference} Difference */
/** @typedef {{ differences: readonly Difference[], composeRefuses: boolean }} Compared */

/**
 * @param {Scene} scene
 * @param {import('./ours.mjs').Abilities} can
 * @returns {Promise<Compared>}
 */
export async function compareScene(scene, can) {
  const before = new Set(await allBelow(scene));
  const ours = await askOurs(scene, can);
  // What its includes wrote is taken away: upstream begins with the same copy.
  const written = await takeAway((await allBelow(scene)).filter((path) => !before.has(path)));
  const upstream = await askUpstream(scene);
  if ('refused' in upstream || 'refused' in ours) {
    return { differences: refusals(upstream, ours), composeRefuses: false };
  }
  const configs = await bothConfigs(scene, upstream, ours, written);
  return {
    differences: [
      ...differencesOf(scene, upstream, ours),
      ...compareMaps('written', inOrder(configs.written), inOrder(named(scene, written))),
      ...compareLists('compose', 'config', [configs.upstream], [configs.ours]),
    ],
    composeRefuses: !configs.upstream.endsWith('status 0\n'),
  };
}

/**
 * @param {Found | { refused: string }} upstream
 * @param {Told | { refused: string }} ours
 * @returns {readonly Difference[]}
 */
function refusals(upstream, ours) {
  if ('refused' in upstream && 'refused' in ours) return [];
  const said = (/** @type {object} */ side) => ('refused' in side ? String(side.refused) : 'goes on');
  return [{ kind: 'outcome', name: 'up', upstream: said(upstream), ours: said(ours) }];
}

/**
 * @param {Scene} scene
 * @param {Found} upstream
 * @param {Told} ours
 * @returns {readonly Difference[]}
 */
function differencesOf(scene, upstream, ours) {
  const within = (/** @type {readonly string[]} */ files) => relativeTo(scene.stack, files);
  return [
    ...compareVariables(upstream.variables, ours.variables),
    ...compareExported(upstream.exported, ours.exported),
    ...compareLists('component', 'order', upstream.components, ours.components),
    ...compareLists('file', 'list', within(upstream.files), within(ours.files)),
    ...(ours.allFiles === undefined
      ? []
      : compareLists('all files', 'list', within(upstream.allFiles), within(ours.allFiles))),
    ...(ours.rendered === undefined
      ? []
      : compareMaps('rendered', named(scene, upstream.rendered), named(scene, ours.rendered))),
  ];
}

/**
 * What Compose makes of either; with the files in place that either side's includes wrote.
 *
 * @param {Scene} scene
 * @param {Found} upstream
 * @param {Told} ours
 * @param {ReadonlyMap<string, string>} written
 */
async function bothConfigs(scene, upstream, ours, written) {
  const { stack, docker, env } = scene;
  const base = { docker, stack, env: { PATH: env.PATH ?? '', HOME: env.HOME ?? '' } };
  const theirs = await composeConfig({
    ...base,
    exported: upstream.exported,
    files: ours.allFiles === undefined ? upstream.files : upstream.allFiles,
  });
  /** @type {Map<string, string>} */
  const there = new Map();
  for (const [path, text] of written) {
    const now = await readFile(path, 'latin1').catch(() => undefined);
    if (now !== undefined) there.set(relative(stack, path), now);
    await writeFile(path, text, 'latin1');
  }
  const guard = { PROXY_HTTP_PORT: '80', PROXY_SECURE_PORT: '443', HOSTNAME: upstream.exported.get('HOSTNAME') ?? '' };
  const exported = new Map([...ours.exported, ...Object.entries(guard)]);
  const own = await composeConfig({ ...base, exported, files: ours.allFiles ?? ours.files });
  return { upstream: theirs, ours: own, written: there };
}

/** @param {Scene} scene */
const allBelow = async ({ roots }) => (await Promise.all(roots.map(below))).flat();

/** @param {readonly string[]} paths */
async function takeAway(paths) {
  /** @type {Map<string, string>} */
  const texts = new Map();
  for (const path of paths) {
    texts.set(path, await readFile(path, 'latin1'));
    await rm(path);
  }
  return texts;
}

/**
 * Paths as they are seen from the stack directory.
 *
 * @param {Scene} scene
 * @param {ReadonlyMap<string, string>} texts
 */
const named = ({ stack }, texts) => new Map([...texts].map(([path, text]) => [relative(stack, path), text]));

/**
 * Services of a file in the order of their names: `docker compose config --services` tells them in any order.
 *
 * @param {ReadonlyMap<string, string>} texts
 */
const inOrder = (texts) =>
  new Map(
    [...texts].map(([path, text]) => [
      path,
      text
        .split(/^(?= [^ ])/m)
        .sort()
        .join(''),
    ]),
  );
