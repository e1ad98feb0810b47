/** A copy of one tag, in a directory of ours, which is put back to what it was after each use. */
import { existsSync } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { must, run } from './run.mjs';

/** There is no such checkout, or no such tag in it. */
export class NotThere extends Error {
  /** @override */
  name = 'NotThere';
}

/**
 * @typedef {object} Copy
 * @property {string} root
 * @property {number} leftOut paths whose content the repository does not have
 * @property {() => Promise<void>} restore
 */

/**
 * @param {object} options
 * @param {string} options.repository
 * @param {string} options.rev
 * @param {string} options.root a directory that does not exist yet
 * @param {Readonly<Record<string, string>>} options.env
 * @returns {Promise<Copy>}
 */
export async function copyOf({ repository, rev, root, env }) {
  if (!existsSync(repository)) throw new NotThere(`${repository} does not exist.`);
  // Nothing is fetched into a repository that is not ours.
  const quiet = { ...env, GIT_NO_LAZY_FETCH: '1', GIT_CONFIG_NOSYSTEM: '1', GIT_TERMINAL_PROMPT: '0' };
  const options = { cwd: repository, env: quiet };
  const ours = ['-c', 'safe.directory=*'];
  const entries = await run('git', [...ours, 'ls-tree', '-r', '-z', '--full-tree', `${rev}^{tree}`], options);
  if (entries.status !== 0) throw new NotThere(`${repository}, ${rev}: ${entries.stderr.trim()}`);
  const listed = entries.stdout.toString('latin1').split('\0').filter(isFile);
  const missing = await missingBlobs(listed.map(blobOf), [...ours, 'cat-file', '--batch-check'], options);
  const kept = listed.filter((entry) => !missing.has(blobOf(entry)));
  const directory = (await must('git', [...ours, 'rev-parse', '--absolute-git-dir'], options)).toString().trim();
  await mkdir(root);
  const index = join(root, '..', 'index');
  const there = { cwd: root, env: { ...quiet, GIT_INDEX_FILE: index, GIT_DIR: directory, GIT_WORK_TREE: root } };
  const input = Buffer.from(kept.map((entry) => `${entry}\0`).join(''), 'latin1');
  await must('git', [...ours, 'update-index', '-z', '--index-info'], { ...there, input });
  await must('git', [...ours, 'checkout-index', '--all'], there);
  await rm(index);
  await commit(root, quiet);
  return { root, leftOut: listed.length - kept.length, restore: () => restore(root, quiet) };
}

/** @param {string} entry a line of `ls-tree`; submodules have no content here */
const isFile = (entry) => /^1[02]\d{4} blob /.test(entry);

/** @param {string} entry */
const blobOf = (entry) => entry.split(/[ \t]/)[2] ?? '';

/**
 * @param {readonly string[]} blobs
 * @param {readonly string[]} args
 * @param {{ cwd: string, env: Record<string, string> }} options
 */
async function missingBlobs(blobs, args, options) {
  const input = `${[...new Set(blobs)].join('\n')}\n`;
  const { stdout } = await run('git', args, { ...options, input });
  const lines = stdout.toString('latin1').split('\n');
  return new Set(lines.filter((line) => line.endsWith(' missing')).map((line) => line.split(' ')[0]));
}

/**
 * @param {string} root
 * @param {Record<string, string>} env
 */
async function commit(root, env) {
  const options = { cwd: root, env };
  await must('git', ['init', '--quiet', '.'], options);
  await must('git', ['add', '--all', '--force'], options);
  const who = ['-c', 'user.name=fidelity', '-c', 'user.email=fidelity@example.org'];
  await must('git', [...who, 'commit', '--quiet', '--message', 'copy'], options);
}

/**
 * @param {string} root
 * @param {Record<string, string>} env
 */
async function restore(root, env) {
  const options = { cwd: root, env };
  await must('git', ['checkout', '--quiet', '--force', '.'], options);
  await must('git', ['clean', '-ffdxq'], options);
}
