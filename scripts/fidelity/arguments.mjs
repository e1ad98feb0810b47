import { resolve } from 'node:path';
import { parseArgs } from 'node:util';

/**
 * @typedef {object} Wanted
 * @property {'compare'} action
 * @property {string} upstream
 * @property {readonly string[]} revs
 * @property {readonly string[]} envFiles our own when there are none
 * @property {boolean} verbose
 * @property {number} jobs
 * @property {string} [json]
 * @property {string} [markdown]
 */

/** @typedef {Wanted | { action: 'help' } | { action: 'usage', problem: string }} Asked */

export const USAGE = `Usage: npm run fidelity -- --upstream CHECKOUT [--rev TAG…] [--env-file FILE…]

  --upstream CHECKOUT  a git repository of birdhouse-deploy, with or without a work tree; it is only read
  --rev TAG            what to compare (default: HEAD); may be given more than once, and TAG TAG… follows it
  --env-file FILE      an env.local to compare with, in place of ours; a name of ours will do
  --jobs N             how many tags at a time (default: 1)
  --verbose            also the differences that are known
  --json FILE          write everything that was found
  --markdown FILE      write the table and what is known

Exit status: 0 when nothing differs but what is known (scripts/fidelity/known.mjs), 1 otherwise.`;

/**
 * @param {readonly string[]} args
 * @param {string} cwd
 * @returns {Asked}
 */
export function parseArguments(args, cwd) {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        upstream: { type: 'string' },
        rev: { type: 'string', multiple: true, default: [] },
        'env-file': { type: 'string', multiple: true, default: [] },
        jobs: { type: 'string', default: '1' },
        verbose: { type: 'boolean', default: false },
        json: { type: 'string' },
        markdown: { type: 'string' },
        help: { type: 'boolean', short: 'h', default: false },
      },
    });
    const { upstream, rev, jobs, verbose, json, markdown } = values;
    if (values.help) return { action: 'help' };
    if (upstream === undefined) return { action: 'usage', problem: '--upstream CHECKOUT is missing.' };
    if (positionals.length > 0 && rev.length === 0) {
      return { action: 'usage', problem: `${positionals.join(' ')}: what is this? Tags follow --rev.` };
    }
    if (!/^[1-9]\d?$/.test(jobs)) return { action: 'usage', problem: '--jobs takes a number from 1 on.' };
    const revs = [...rev, ...positionals];
    const wrong = revs.find((name) => name === '' || name.startsWith('-'));
    if (wrong !== undefined) return { action: 'usage', problem: `${wrong} is no tag.` };
    return {
      action: 'compare',
      upstream: resolve(cwd, upstream),
      revs: revs.length === 0 ? ['HEAD'] : revs,
      envFiles: values['env-file'].map((file) => (isName(file) ? file : resolve(cwd, file))),
      verbose,
      jobs: Number(jobs),
      ...(json === undefined ? {} : { json: resolve(cwd, json) }),
      ...(markdown === undefined ? {} : { markdown: resolve(cwd, markdown) }),
    };
  } catch (error) {
    return { action: 'usage', problem: error instanceof Error ? error.message : String(error) };
  }
}

/**
 * A name of one of our files, rather than a path.
 *
 * @param {string} word
 */
const isName = (word) => /^[a-z][a-z-]*$/.test(word);
