/**
 * `npm run test:chaos`: set-up, then the kill matrix, a column after the other, and the other faults. Prints the matrix
 * and writes it as JSON. Usage: node scripts/chaos.mjs [--only VICTIM[/PLACE],…] [--json FILE] [--no-faults]
 */
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { impersonalEnvironment } from './setup/environment.mjs';
import { setUp } from './setup/main.mjs';
import { renderMatrix } from '../test/chaos/matrix.mjs';

const root = fileURLToPath(new URL('..', import.meta.url));
const COLUMNS = ['worker', 'temporal', 'dockerd', 'all', 'live-restore', 'no-restart'];

process.exitCode = await main();

/** @returns {Promise<number>} exit status */
async function main() {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, json: { type: 'string' }, 'no-faults': { type: 'boolean', default: false } },
  });
  const { only, json = join(root, 'dist', 'chaos.json') } = values;
  const { ready, found } = await setUp({ target: 'test' });
  if (!ready) return 1;
  const reports = mkdtempSync(join(tmpdir(), 'birdkeeper-chaos-report-'));
  const env = {
    ...impersonalEnvironment(process.env, found),
    BIRDKEEPER_CHAOS_REPORT: reports,
    ...(only === undefined ? {} : { BIRDKEEPER_CHAOS_ONLY: only }),
  };
  const columns = COLUMNS.filter((name) => only === undefined || concerns(only, name));
  // One world at a time: a cell's seconds mean something only when nothing else runs.
  const kills = await vitest([...columns.map((name) => `test/chaos/kill-${name}.test.ts`), '--maxWorkers=1'], env);
  const faults =
    only === undefined && !values['no-faults'] ? await vitest(['test/chaos/faults/', '--maxWorkers=1'], env) : 0;
  const cells = COLUMNS.flatMap((name) => `${name}.json`)
    .filter((file) => readdirSync(reports).includes(file))
    .flatMap((file) => JSON.parse(readFileSync(join(reports, file), 'utf8')));
  rmSync(reports, { recursive: true });
  writeFileSync(json, `${JSON.stringify(cells, null, 2)}\n`);
  console.log(`\n${renderMatrix(cells)}\n\nAs JSON: ${json}`);
  return kills === 0 && faults === 0 ? 0 : 1;
}

/**
 * @param {string} only
 * @param {string} column
 */
function concerns(only, column) {
  return only.split(',').some((cell) => {
    const victim = cell.split('/')[0]?.trim();
    return victim === '' || victim === column;
  });
}

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<number | null>} exit status
 */
function vitest(args, env) {
  return new Promise((resolve) => {
    const all = ['node_modules/vitest/vitest.mjs', 'run', ...args, '--reporter=verbose'];
    const child = spawn(process.execPath, all, { cwd: root, env, stdio: ['ignore', 'inherit', 'inherit'] });
    child.once('error', () => resolve(null)).once('close', resolve);
  });
}
