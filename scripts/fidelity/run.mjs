import { spawn } from 'node:child_process';

/**
 * @typedef {object} Ran
 * @property {number | null} status
 * @property {Buffer} stdout
 * @property {string} stderr
 */

/** @type {Set<number>} */
const running = new Set();

/** Ends what still runs. */
export const endAll = () => running.forEach(killGroup);

/**
 * Runs a program with nothing but the environment that is given. Bytes stay as they are.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: Readonly<Record<string, string>>, input?: Buffer | string, timeoutMs?: number }} options
 * @returns {Promise<Ran>}
 */
export function run(file, args, { cwd, env, input = '', timeoutMs = 240_000 }) {
  return new Promise((resolve, reject) => {
    const child = spawn(file, [...args], { cwd, env, stdio: 'pipe', detached: true });
    /** @type {Buffer[]} */
    const out = [];
    /** @type {Buffer[]} */
    const err = [];
    child.stdout.on('data', (/** @type {Buffer} */ chunk) => out.push(chunk));
    child.stderr.on('data', (/** @type {Buffer} */ chunk) => err.push(chunk));
    // A program that does not read to its end is none of our business.
    child.stdin.on('error', () => undefined);
    child.stdin.end(input);
    const { pid } = child;
    if (pid !== undefined) running.add(pid);
    const limit = setTimeout(() => pid !== undefined && killGroup(pid), timeoutMs);
    child.once('error', reject);
    child.once('close', (status) => {
      clearTimeout(limit);
      if (pid !== undefined) running.delete(pid);
      resolve({ status, stdout: Buffer.concat(out), stderr: Buffer.concat(err).toString('utf8') });
    });
  });
}

/** @param {number} pid */
function killGroup(pid) {
  try {
    process.kill(-pid, 'SIGKILL');
  } catch {
    // It ended meanwhile.
  }
}

/**
 * Like `run`, for a program that has to end well.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {Parameters<typeof run>[2]} options
 */
export async function must(file, args, options) {
  const ran = await run(file, args, options);
  if (ran.status !== 0) {
    const end = ran.stderr.trim().split('\n').slice(-3).join(' / ');
    throw new Error(`${file} ${args.slice(0, 4).join(' ')} ended with ${ran.status ?? 'a signal'}: ${end}`);
  }
  return ran.stdout;
}
