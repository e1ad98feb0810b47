/** The env.local files that both sides are given. They are of our own writing; what they need beside them is in private/. */
import { readdir, readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';

/**
 * @typedef {object} EnvFile
 * @property {string} name
 * @property {Buffer} text
 * @property {Readonly<Record<string, string>>} exported variables of the environment that both sides begin with
 * @property {boolean} everything with every component of the checkout
 */

export const DIRECTORY = join(import.meta.dirname, 'env-files');
/** Stands in front of each: what one tag or another requires. */
const REQUIRED = 'required.env';

/**
 * `# export NAME=VALUE` and `# everything` in the comment that a file begins with.
 *
 * @param {Buffer} text
 * @returns {Pick<EnvFile, 'exported' | 'everything'>}
 */
export function headerOf(text) {
  const lines = text.toString('latin1').split('\n');
  const end = lines.findIndex((line) => !line.startsWith('#'));
  const header = lines.slice(0, end < 0 ? lines.length : end);
  const exported = header.map((line) => /^# export ([A-Za-z_]\w*)=(.*)$/.exec(line)).filter((match) => match !== null);
  return {
    exported: Object.fromEntries(exported.map(([, name = '', value = '']) => [name, value])),
    everything: header.includes('# everything'),
  };
}

/**
 * @param {readonly string[]} wanted names of ours or paths; all of ours when there are none
 * @returns {Promise<readonly EnvFile[]>}
 */
export async function readEnvFiles(wanted) {
  const required = await readFile(join(DIRECTORY, REQUIRED));
  const ours = (await readdir(DIRECTORY)).filter((name) => name.endsWith('.env') && name !== REQUIRED).sort();
  const paths = (wanted.length === 0 ? ours : wanted).map((word) => {
    if (word.includes('/')) return word;
    return join(DIRECTORY, word.endsWith('.env') ? word : `${word}.env`);
  });
  return Promise.all(
    paths.map(async (path) => {
      const own = await readFile(path);
      const text = path.startsWith(DIRECTORY) ? Buffer.concat([required, own]) : own;
      return { name: basename(path, '.env'), text, ...headerOf(own) };
    }),
  );
}

/**
 * Lines that add components by the name that the checkout's own scripts know.
 *
 * @param {readonly string[]} components
 * @param {string} scripts texts of the checkout's scripts
 */
export function componentsText(components, scripts) {
  const name = scripts.includes('BIRDHOUSE_EXTRA_CONF_DIRS') ? 'BIRDHOUSE_EXTRA_CONF_DIRS' : 'EXTRA_CONF_DIRS';
  return `\nexport ${name}="\n${components.map((component) => `  ${component}\n`).join('')}"\n`;
}
