/** Tag by tag and env file by env file: both sides are asked in the same copy, and what they say is compared. */
import { rmSync } from 'node:fs';
import { cp, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { findProgram } from '../setup/machine.mjs';
import { copyOf, NotThere } from './checkout.mjs';
import { componentsText, readEnvFiles } from './env-files.mjs';
import { reasonFor } from './known.mjs';
import { abilities } from './ours.mjs';
import { dockerWrapper } from './probes.mjs';
import { endAll } from './run.mjs';
import { compareScene } from './scene.mjs';
import { writeProgram } from './upstream.mjs';
import { knownReasons, describeCell, LEGEND, mark, NOT_COUNTED, markdownTable, textTable } from './table.mjs';

/** @typedef {import('./arguments.mjs').Wanted} Wanted */
/** @typedef {import('./env-files.mjs').EnvFile} EnvFile */
/** @typedef {import('./table.mjs').Cell} Cell */
/** @typedef {import('./ours.mjs').Abilities} Abilities */

/** What upstream's scripts call, and what we do. */
const NEEDED = ['docker', 'git', 'envsubst', 'xargs', 'sed', 'find'];
const PRIVATE = join(import.meta.dirname, 'private');
const SHIPPED = join(import.meta.dirname, '../../components');

/**
 * @param {Wanted} wanted
 * @returns {Promise<number>} exit status
 */
export async function compareAll(wanted) {
  const docker = findProgram('docker', process.env);
  const missing = NEEDED.filter((name) => findProgram(name, process.env) === undefined);
  if (docker === undefined || missing.length > 0) {
    console.error(`Not on PATH: ${missing.join(', ')}. The scripts of the checkout and this comparison need them.`);
    return 1;
  }
  const envFiles = await readEnvFiles(wanted.envFiles);
  const scratch = await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-fidelity-')));
  const leave = () => rmSync(scratch, { recursive: true, force: true, maxRetries: 5 });
  // At once: what waits for a program that was ended would go on, and write anew what is removed.
  const stop = () => {
    endAll();
    process.exit(130);
  };
  process.once('exit', leave);
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
  } catch (error) {
    if (!(error instanceof NotThere)) throw error;
    console.error(error.message);
    return 2;
  } finally {
    leave();
  }
}

/**
 * @param {{ upstream: string, rev: string, envFiles: readonly EnvFile[], docker: string, scratch: string }} options
 * @returns {Promise<Cell[]>}
 */
async function compareRev({ upstream, rev, envFiles, docker, scratch }) {
  const home = join(scratch, 'home');
  const tools = join(home, 'tools');
  await mkdir(tools, { recursive: true });
  const configuration = process.env.DOCKER_CONFIG ?? join(homedir(), '.docker');
  await writeProgram(join(tools, 'docker'), dockerWrapper(docker, configuration));
  await writeProgram(join(tools, 'docker-compose'), dockerWrapper(docker, configuration, 'compose'));
  // A component that wants a graphics card asks for it by this.
  await writeProgram(join(tools, 'nvidia-smi'), '#!/bin/sh\n');
  const env = { PATH: `${tools}:${process.env.PATH ?? ''}`, HOME: home };
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
    await cp(SHIPPED, join(outside, 'shipped'), { recursive: true });
    await writeFile(join(stack, 'env.local'), await textFor(envFile, stack));
    const scene = {
      home,
      stack,
      roots: [copy.root, outside],
      env: { ...env, ...envFile.exported },
      docker: join(tools, 'docker'),
    };
    const { differences, composeRefuses } = await compareScene(scene, can);
    const judged = differences.map((difference) => {
      const known = reasonFor(difference, { rev, envFile: envFile.name });
      return known === undefined ? difference : { ...difference, known };
    });
    console.error(`${rev} ${envFile.name}: ${mark(judged)}`);
    cells.push({ rev, envFile: envFile.name, differences: judged, composeRefuses, notCompared: notCompared(can) });
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
    names
      .filter((name) => /^([a-z]+-)?components$/.test(name))
      .map(async (place) => {
        const entries = await readdir(join(stack, place), { withFileTypes: true });
        return entries.filter((entry) => entry.isDirectory()).map(({ name }) => `./${place}/${name}`);
      }),
  );
  return Buffer.concat([text, Buffer.from(componentsText(components.flat().sort(), scripts))]);
}

/**
 * @param {readonly Cell[]} cells
 * @param {Wanted} wanted
 */
async function report(cells, { verbose, json, markdown }) {
  const missing = [...new Set(cells.flatMap((cell) => cell.notCompared))];
  const refused = cells.filter(({ composeRefuses }) => composeRefuses).map(({ rev, envFile }) => `${rev} ${envFile}`);
  const refusals = refused.length === 0 ? '' : `Compose refuses what upstream gives it: ${refused.join(', ')}.`;
  const note = missing.length === 0 ? '' : `Not compared, because this birdkeeper cannot tell: ${missing.join(', ')}.`;
  const reasons = knownReasons(cells);
  const details = cells.flatMap((cell) => describeCell(cell, verbose));
  const parts = [textTable(cells), LEGEND, NOT_COUNTED, note, refusals, details.join('\n'), reasons.join('\n')];
  console.log(parts.filter((part) => part !== '').join('\n\n'));
  if (json !== undefined) await writeFile(json, `${JSON.stringify(cells, null, 2)}\n`);
  if (markdown !== undefined) {
    const text = [markdownTable(cells), LEGEND, NOT_COUNTED, note, refusals, reasons.join('\n')]
      .filter((part) => part !== '')
      .join('\n\n');
    await writeFile(markdown, `${text}\n`);
  }
  return cells.every(({ differences }) => differences.every(({ known }) => known !== undefined)) ? 0 : 1;
}
