import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { whenLeaving } from './leaving.mjs';

/**
 * @typedef {object} Ran
 * @property {number | null} status exit status; null when a signal ended it or it could not be started
 * @property {string} stdout
 * @property {string} stderr
 * @property {string} [problem] why there is no status: not started, or too slow
 */

/**
 * Runs a program to its end, without a shell and without standard input. Never throws: the caller judges the status.
 *
 * @param {string} file
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs: number, onLine?: (line: string) => void }} options
 * @returns {Promise<Ran>}
 */
export function run(file, args, { cwd, env = process.env, timeoutMs, onLine }) {
  return new Promise((resolve) => {
    const child = spawn(file, [...args], { cwd, env, stdio: ['ignore', 'pipe', 'pipe'] });
    const forget = whenLeaving(() => child.kill('SIGTERM'));
    const ran = { stdout: '', stderr: '' };
    child.stdout.setEncoding('utf8').on('data', (text) => (ran.stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (ran.stderr += text));
    if (onLine) for (const stream of [child.stdout, child.stderr]) createInterface(stream).on('line', onLine);

    let late = false;
    const limit = setTimeout(() => {
      late = true;
      child.kill('SIGKILL');
      // A grandchild may hold the pipes open for ever.
      child.stdout.destroy();
      child.stderr.destroy();
    }, timeoutMs);
    const settle = (/** @type {Ran} */ result) => {
      clearTimeout(limit);
      forget();
      resolve(result);
    };
    child.once('error', (error) => {
      settle({ status: null, ...ran, problem: `could not be started (${error.message})` });
    });
    child.once('close', (status) => {
      settle({ status, ...ran, ...(late ? { problem: `did not end within ${timeoutMs / 1000} s` } : {}) });
    });
  });
}

/**
 * What to tell about a program that failed: why, and the end of its output.
 *
 * @param {string} name
 * @param {Ran} ran
 */
export function describeFailure(name, ran) {
  const why = ran.problem ?? `ended with status ${ran.status ?? 'unknown (a signal)'}`;
  const tail = (ran.stderr.trim() || ran.stdout.trim()).split('\n').slice(-15).join('\n    ');
  return `${name} ${why}${tail === '' ? '' : `:\n    ${tail}`}`;
}
