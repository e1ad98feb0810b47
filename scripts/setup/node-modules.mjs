import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describeFailure, run } from './run.mjs';
import { SetupProblem, withSignOfLife } from './report.mjs';

/** @typedef {{ version?: string, integrity?: string, optional?: boolean }} LockedPackage */
/** @typedef {{ packages?: Record<string, LockedPackage> }} Lock */

/**
 * Whether what npm recorded of the last install (node_modules/.package-lock.json, written at its end) is what the
 * lock file asks for. Packages for other systems are optional and may be absent.
 *
 * @param {Lock} wanted
 * @param {Lock} installed
 */
export function isInstalled(wanted, installed) {
  const there = installed.packages ?? {};
  const wantedPackages = Object.entries(wanted.packages ?? {}).filter(([path]) => path !== '');
  const asWanted = wantedPackages.every(([path, { version, integrity, optional }]) => {
    const found = there[path];
    return found ? found.version === version && found.integrity === integrity : optional === true;
  });
  return asWanted && Object.keys(there).every((path) => wanted.packages?.[path]);
}

/** @type {import('./main.mjs').Part} */
export const nodeModules = {
  name: 'Node packages',
  why: 'the libraries that package-lock.json names',
  how: () => '`npm ci` into node_modules; 10 to 30 s',
  byHand: () => '`npm ci --ignore-scripts` in the project directory; behind a proxy set npm_config_registry.',
  async look({ root }) {
    const record = join(root, 'node_modules', '.package-lock.json');
    if (!existsSync(record)) return { missing: 'not installed' };
    const read = (/** @type {string} */ path) => JSON.parse(readFileSync(path, 'utf8'));
    return isInstalled(read(join(root, 'package-lock.json')), read(record))
      ? { found: 'as package-lock.json has them' }
      : { missing: 'package-lock.json has changed since they were installed' };
  },
  async provide({ root, env }) {
    // Scripts of packages only compile what ssh2 does without, which takes a compiler and a third of the time.
    const ran = await withSignOfLife('installing', () =>
      run('npm', ['ci', '--include=dev', '--ignore-scripts', '--no-fund', '--no-audit', '--prefer-offline'], {
        cwd: root,
        env,
        timeoutMs: 900_000,
      }),
    );
    if (ran.status !== 0) throw new SetupProblem(describeFailure('`npm ci`', ran));
  },
};
