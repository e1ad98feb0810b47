/** Tag by tag and env file by env file: both sides are asked in the same copy, and what they say is compared. */
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../setup/machine.mjs';
import { copyOf } from './checkout.mjs';
import { compareExported, compareLists, compareMaps, compareVariables, relativeTo } from './compare.mjs';
import { composeConfig } from './compose.mjs';
import { componentsText, readEnvFiles } from './env-files.mjs';
import { reasonFor } from './known.mjs';
import { abilities, askOurs } from './ours.mjs';
import { knownReasons, describeCell, LEGEND, mark, markdownTable, textTable } from './table.mjs';
import { askUpstream } from './upstream.mjs';

/** @typedef {import('./arguments.mjs').Wanted} Wanted */
/** @typedef {import('./env-files.mjs').EnvFile} EnvFile */
/** @typedef {import('./table.mjs').Cell} Cell */
/** @typedef {import('./upstream.mjs').Scene} Scene */
/** @typedef {import('./ours.mjs').Abilities} Abilities */
/** @typedef {import('./compare.mjs').Difference} Difference */

const PRIVATE = join(import.meta.dirname, 'private');

/**
 * @param {Wanted} wanted
 * @returns {Promise<number>} exit status
 */
export async function compareAll(wanted) {
  const docker = findProgram('docker', process.env);
  if (docker === undefined) {
    console.error('docker is not on PATH: its "compose config" is part of the comparison.');
    return 1;
  }
  const envFiles = await readEnvFiles(wanted.envFiles);
  const scratch = await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-fidelity-')));
  const leave = () => rm(scratch, { recursive: true, force: true });
  const stop = () => void leave().finally(() => process.exit(130));
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, stop);
  try {
    const queue = wanted.revs.map((rev, at) => ({ rev, at }));
    /** @type {Cell[][]} */
    const found = [];
    const worker = async () => {
      for (let next = queue.shift(); next !== undefined; next = queue.shift()) {
        found[next.at] = await compareRev({
          ...wanted,
          rev: next.rev,
          envFiles,
          docker,
          scratch: join(scratch, `${next.at}`),
        });
      }
    };
    await Promise.all(Array.from({ length: wanted.jobs }, worker));
    return await report(found.flat(), wanted);
  } finally {
    await leave();
  }
}

/**
 * @param {{ upstream: string, rev: string, envFiles: readonly EnvFile[], docker: string, scratch: string }} options
 * @returns {Promise<Cell[]>}
 */
async function compareRev({ upstream, rev, envFiles, docker, scratch }) {
  const home = join(scratch, 'home');
  await mkdir(home, { recursive: true });
  const env = { PATH: process.env.PATH ?? '', HOME: home };
  const copy = await copyOf({ repository: upstream, rev, root: join(scratch, 'birdhouse-deploy'), env });
  const stack = join(copy.root, 'birdhouse');
  const outside = join(scratch, 'private');
  const can = await abilities({ home, env });
  const left = copy.leftOut === 0 ? '' : `, ${copy.leftOut} paths left out (not in the repository)`;
  console.error(`${rev}${left}`);
  /** @type {Cell[]} */
  const cells = [];
  for (const envFile of envFiles) {
    await copy.restore();
    await rm(outside, { recursive: true, force: true });
    await cp(PRIVATE, outside, { recursive: true });
    await writeFile(join(stack, 'env.local'), await textFor(envFile, stack));
    const scene = { home, stack, roots: [copy.root, outside], env: { ...env, ...envFile.exported }, docker };
    const differences = await compareScene(scene, can);
    const judged = differences.map((difference) => {
      const known = reasonFor(difference, { rev, envFile: envFile.name });
      return known === undefined ? difference : { ...difference, known };
    });
    console.error(`${rev} ${envFile.name}: ${mark(judged)}`);
    cells.push({ rev, envFile: envFile.name, differences: judged, notCompared: notCompared(can) });
  }
  await rm(scratch, { recursive: true, force: true });
  return cells;
}

/** @param {Abilities} can */
const notCompared = (can) => [
  ...(can.rendered ? [] : ['rendered files']),
  ...(can.includes ? [] : ['files that hooks add']),
];

/**
 * @param {EnvFile} envFile
 * @param {string} stack
 */
async function textFor({ text, everything }, stack) {
  if (!everything) return text;
  const names = await readdir(stack);
  const read = async (/** @type {string} */ name) =>
    names.includes(name) ? readFile(join(stack, name), 'latin1') : '';
  const scripts = `${await read('read-configs.include.sh')}${await read('default.env')}`;
  const components = await Promise.all(
    ['components', 'optional-components'].map(async (place) => {
      const entries = await readdir(join(stack, place), { withFileTypes: true });
      return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `./${place}/${name}`);
    }),
  );
  return Buffer.concat([text, Buffer.from(componentsText(components.flat().sort(), scripts))]);
}

/**
 * @param {Scene} scene
 * @param {Abilities} can
 * @returns {Promise<readonly Difference[]>}
 */
async function compareScene(scene, can) {
  // Ours only looks, so it goes first; upstream writes into the copy.
  const ours = await askOurs(scene, can);
  const upstream = await askUpstream(scene);
  if ('refused' in upstream || 'refused' in ours) {
    if ('refused' in upstream && 'refused' in ours) return [];
    const said = (/** @type {object} */ side) => ('refused' in side ? String(side.refused) : 'goes on');
    return [{ kind: 'outcome', name: 'up', upstream: said(upstream), ours: said(ours) }];
  }
  const { stack, docker, env } = scene;
  const fqdn = upstream.exported.get('HOSTNAME') ?? '';
  const guarded = new Map([
    ...ours.exported,
    ['PROXY_HTTP_PORT', '80'],
    ['PROXY_SECURE_PORT', '443'],
    ['HOSTNAME', fqdn],
  ]);
  const base = { docker, stack, env: { PATH: env.PATH ?? '', HOME: env.HOME ?? '' } };
  const [theirs, own] = [
    await composeConfig({ ...base, exported: upstream.exported, files: upstream.files }),
    await composeConfig({ ...base, exported: guarded, files: ours.files }),
  ];
  const within = (/** @type {readonly string[]} */ files) => relativeTo(stack, files);
  return [
    ...compareVariables(upstream.variables, ours.variables),
    ...compareExported(upstream.exported, ours.exported),
    ...compareLists('component', 'order', upstream.components, ours.components),
    ...compareLists('file', 'list', within(upstream.files), within(ours.files)),
    ...(ours.allFiles === undefined
      ? []
      : compareLists('all files', 'list', within(upstream.allFiles), within(ours.allFiles))),
    ...(ours.rendered === undefined ? [] : compareMaps('rendered', upstream.rendered, ours.rendered)),
    ...compareLists('compose', 'config', [theirs], [own]),
  ];
}

/**
 * @param {readonly Cell[]} cells
 * @param {Wanted} wanted
 */
async function report(cells, { verbose, json, markdown }) {
  const missing = [...new Set(cells.flatMap((cell) => cell.notCompared))];
  const note = missing.length === 0 ? '' : `Not compared, because this birdkeeper cannot tell: ${missing.join(', ')}.`;
  const reasons = knownReasons(cells);
  const details = cells.flatMap((cell) => describeCell(cell, verbose));
  const parts = [textTable(cells), LEGEND, note, details.join('\n'), reasons.join('\n')];
  console.log(parts.filter((part) => part !== '').join('\n\n'));
  if (json !== undefined) await writeFile(json, `${JSON.stringify(cells, null, 2)}\n`);
  if (markdown !== undefined) {
    const text = [markdownTable(cells), LEGEND, note, reasons.join('\n')].filter((part) => part !== '').join('\n\n');
    await writeFile(markdown, `${text}\n`);
  }
  return cells.every(({ differences }) => differences.every(({ known }) => known !== undefined)) ? 0 : 1;
}
