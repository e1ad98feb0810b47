/**
 * `npm test`: set-up, then every suite, types, lint and formatting, as much at once as a small machine bears. Whatever
 * fails, the rest still runs.
 * The last line is `N passed, N failed, N skipped`. Usage: node scripts/test.mjs [--slow] [NAME…]
 */
import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { impersonalEnvironment } from './setup/environment.mjs';
import { setUp } from './setup/main.mjs';
import { inWords } from './setup/report.mjs';
import { lanesOf, select, vitestArguments } from './test/suites.mjs';
import { closingLine, exitStatus, judge, NOTHING, sum } from './test/tally.mjs';
import { takeTurns } from './test/turns.mjs';

/** @typedef {import('./test/tally.mjs').Tally} Tally */
/** @typedef {import('./test/suites.mjs').Check} Check */
/** @typedef {import('./test/suites.mjs').Suite} Suite */

const root = fileURLToPath(new URL('..', import.meta.url));
const reporter = join(root, 'scripts', 'test', 'tally-reporter.mjs');

process.exitCode = await main(process.argv.slice(2));

/**
 * @param {readonly string[]} args
 * @returns {Promise<number>} exit status
 */
async function main(args) {
  const selected = select(args);
  if ('problem' in selected) {
    console.error(selected.problem);
    return 2;
  }
  const { ready, found } = await setUp({ target: 'test' });
  if (!ready) return close([{ ...NOTHING, failed: 1 }]);
  const env = impersonalEnvironment(process.env, found);
  // ^C reaches the suite too: it cleans up, and the next ones do not start.
  const left = new AbortController();
  for (const signal of /** @type {const} */ (['SIGINT', 'SIGTERM'])) process.once(signal, () => left.abort());
  return close(await runAll(selected, env, left.signal));
}

/**
 * @param {{ slow: boolean, chosen: readonly (Check | Suite)[] }} selected
 * @param {NodeJS.ProcessEnv} env
 * @param {AbortSignal} left
 * @returns {Promise<readonly Tally[]>}
 */
async function runAll({ slow, chosen }, env, left) {
  /** @type {Tally[]} */
  const tallies = [];
  /** @type {string[]} */
  const summary = [];
  /** @param {string} name @param {() => Promise<Tally>} work */
  const count = async (name, work) => {
    const start = Date.now();
    const tally = await work();
    tallies.push(tally);
    summary.push(`  ${name.padEnd(12)} ${closingLine(tally).padEnd(38)} ${inWords(Date.now() - start)}`);
  };
  const { checks, lanes } = lanesOf(chosen);
  if (checks.length > 0) console.log(`\n== ${checks.map(({ name }) => name).join(', ')}: in the background`);
  const take = takeTurns((chunk) => void process.stdout.write(chunk));
  const running = lanes.map((lane) => ({ lane, turn: take() }));
  for (const { lane } of running.slice(1)) {
    console.log(`\n== ${lane.map(({ name }) => name).join(', ')}: at the same time, shown after the others`);
  }
  await Promise.all([
    inTurn(checks, (each) => count(each.name, () => check(each, env))),
    ...running.map(async ({ lane, turn }) => {
      await inTurn(lane, async (each) => {
        if (left.aborted || !each.filters.some(hasTests)) return;
        turn.say(`\n== ${each.name}\n`);
        await count(each.name, () => suite(each, slow, env, turn.say));
      });
      turn.end();
    }),
  ]);
  console.log(`\nSuites\n${summary.join('\n')}`);
  return tallies;
}

/**
 * @template T
 * @param {readonly T[]} all
 * @param {(each: T) => Promise<void>} work
 */
async function inTurn(all, work) {
  for (const each of all) await work(each);
}

/** @param {readonly Tally[]} tallies */
function close(tallies) {
  const total = sum(tallies);
  for (const { name, reason } of total.skipped) console.log(`skipped: ${name}: ${reason}`);
  console.log(`\n${closingLine(total)}`);
  return exitStatus(total);
}

/**
 * What it says is shown in one piece when it has ended.
 *
 * @param {Check} asked
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<Tally>}
 */
async function check({ name, args }, env) {
  /** @type {Buffer[]} */
  const said = [];
  const passed = (await node(args, env, (chunk) => said.push(chunk))) === 0;
  console.log(
    `\n== ${name}: ${passed ? 'passed' : 'failed'}${said.length > 0 ? '\n' : ''}${Buffer.concat(said).toString().trimEnd()}`,
  );
  return { passed: passed ? 1 : 0, failed: passed ? 0 : 1, skipped: [] };
}

/**
 * @param {Suite} asked
 * @param {boolean} slow
 * @param {NodeJS.ProcessEnv} env
 * @param {(chunk: Buffer) => void} say
 * @returns {Promise<Tally>}
 */
async function suite(asked, slow, env, say) {
  const scratch = mkdtempSync(join(tmpdir(), 'birdkeeper-tally-'));
  const file = join(scratch, 'tally.json');
  try {
    const status = await node(vitestArguments(asked, { slow, reporter }), { ...env, TALLY_FILE: file }, say);
    return judge(existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : undefined, status);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Runs Node on a script of a package.
 *
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 * @param {(chunk: Buffer) => void} say hears what it prints
 * @returns {Promise<number | null>} exit status
 */
function node(args, env, say) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, [...args], { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
    for (const stream of [child.stdout, child.stderr]) stream.on('data', say);
    child.once('error', () => resolve(null)).once('close', resolve);
  });
}

/** @param {string} filter */
function hasTests(filter) {
  const path = join(root, filter);
  if (!existsSync(path)) return false;
  return (
    statSync(path).isFile() || readdirSync(path, { recursive: true }).some((name) => String(name).endsWith('.test.ts'))
  );
}
