/** What installing us puts on a disk, or into an image, against what a bare SDK worker needs. */
import { mkdir, readdir, readFile, stat } from 'node:fs/promises';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output } from '../../test/support/world/programs.js';
import type { Figure } from '../bench.js';
import { scratchDirectory } from '../scratch.js';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));
const INSTALL_MS = 300_000;
/** What bench/bare-worker.mjs and its workflow import. */
const BARE_PACKAGES = ['@temporalio/worker', '@temporalio/workflow'];

export const size: Figure = {
  name: 'size',
  about: 'bytes of the installed package with its dependencies, against those of ten lines on the bare SDK',
  async measure(bench) {
    const dir = await scratchDirectory(bench);
    bench.say('both installed by npm into empty directories');
    const ours = await installedBytes(join(dir, 'ours'), [await pack(dir)]);
    const bare = await installedBytes(join(dir, 'bare'), await bareSpecifiers());
    return [
      {
        figure: 'size',
        what: 'package with its dependencies, installed',
        unit: 'MB',
        ours: [ours / 1e6],
        baseline: { name: 'bare SDK worker', values: [bare / 1e6] },
        note: 'what `npm install --omit=dev` writes; an image has Node and the programs that doctor looks for beside it',
      },
    ];
  },
};

/** Path of what `npm pack` makes of the build that runs this. */
async function pack(dir: string): Promise<string> {
  await output('npm', ['pack', '--ignore-scripts', '--pack-destination', dir], { env: npmEnvironment(dir), cwd: ROOT });
  const [archive] = (await readdir(dir)).filter((name) => name.endsWith('.tgz'));
  if (archive === undefined) throw new Error(`npm pack left no archive in ${dir}`);
  return join(dir, archive);
}

/** In the versions that package.json pins. */
async function bareSpecifiers(): Promise<string[]> {
  const { dependencies } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as {
    dependencies: Record<string, string>;
  };
  return BARE_PACKAGES.map((name) => `${name}@${dependencies[name] ?? 'latest'}`);
}

async function installedBytes(dir: string, specifiers: readonly string[]): Promise<number> {
  await mkdir(dir);
  const options = ['--omit=dev', '--prefer-offline', '--no-audit', '--no-fund'];
  await output('npm', ['install', '--prefix', dir, ...options, ...specifiers], {
    env: npmEnvironment(dir),
    cwd: dir,
    limit: INSTALL_MS,
  });
  return bytesBelow(join(dir, 'node_modules'));
}

/** The caller's npm settings say how the registry is reached, and the cache saves asking it again. */
function npmEnvironment(home: string): Record<string, string> {
  const { PATH = '', HOME = homedir(), npm_config_cache, npm_config_registry, npm_config_userconfig } = process.env;
  return {
    PATH,
    HOME: home,
    npm_config_cache: npm_config_cache ?? join(HOME, '.npm'),
    npm_config_userconfig: npm_config_userconfig ?? join(HOME, '.npmrc'),
    ...(npm_config_registry === undefined ? {} : { npm_config_registry }),
  };
}

async function bytesBelow(dir: string): Promise<number> {
  const files = (await readdir(dir, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
  const sizes = await Promise.all(files.map(async ({ parentPath, name }) => (await stat(join(parentPath, name))).size));
  return sizes.reduce((sum, bytes) => sum + bytes, 0);
}
