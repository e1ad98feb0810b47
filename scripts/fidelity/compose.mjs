/** `docker compose config` with a list of files and an environment that may hold any bytes. */
import { run } from './run.mjs';

/** @typedef {import('./words.mjs').Variables} Variables */

/**
 * What it prints, with what it complains of.
 *
 * @param {object} options
 * @param {string} options.docker
 * @param {string} options.stack
 * @param {Variables} options.exported
 * @param {readonly string[]} options.files
 * @param {Readonly<Record<string, string>>} options.env of the programs that start it
 */
export async function composeConfig({ docker, stack, exported, files, env }) {
  const words = [
    ...[...exported].filter(([name]) => !NOT_FOR_COMPOSE.has(name)).map(([name, value]) => `${name}=${value}`),
    ...Object.entries(env).map(([name, value]) => `${name}=${value}`),
    docker,
    'compose',
    ...files.flatMap((file) => ['-f', file]),
    'config',
  ];
  // Node.js hands no program bytes that are not UTF-8: xargs does.
  const input = Buffer.from(words.map((word) => `${word}\0`).join(''), 'latin1');
  const args = ['-0', '-x', '-s', '1500000', '-n', String(words.length), 'env', '-i'];
  const { status, stdout, stderr } = await run('xargs', args, { cwd: stack, env, input });
  const said = stderr.replace(/^time="[^"]*" /gm, '').split('\n');
  // Warnings come in any order, and as often as a file is given; a refusal names the first of its reasons that it met.
  const complaints = status === 0 ? [...new Set(said)].sort() : ['(refused)'];
  return `${stdout.toString('latin1')}${complaints.join('\n')}\nstatus ${status ?? 'none'}\n`;
}

const NOT_FOR_COMPOSE = new Set(['PWD', 'OLDPWD', 'PATH', 'HOME', '_', 'SHLVL']);
