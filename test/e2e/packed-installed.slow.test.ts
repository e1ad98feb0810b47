/** What `npm pack` makes, installed where nothing of this repository is. Asks the npm registry for the dependencies. */
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { RunResult } from '../../activities/shared/run-command.js';
import { apiTag, createWorld, type World } from '../support/world/index.js';
import { attempt, output } from '../support/world/programs.js';

const ROOT = join(import.meta.dirname, '../..');
const INSTALL_MS = 300_000;
const SHIPPED = /^(CHANGELOG\.md|LICENSE|README\.md|package\.json|components\/|docs\/|dist\/)/;
const SHIPPED_OF_DIST = /^dist\/((activities|bin|client|worker|workflows)\/.*\.js|workflow-bundle\.js)$/;

let dir: string;
let installed: string;
let home: string;
let env: Record<string, string>;

beforeAll(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'bk-test-packed-')));
  home = join(dir, 'home');
  installed = join(dir, 'elsewhere', 'node_modules', 'birdkeeper');
  for (const folder of [home, join(dir, 'elsewhere')]) await mkdir(folder);
  const mine = Object.entries(process.env).filter(([name]) => !/^(npm_|NODE_PATH$|BIRDKEEPER_|TEMPORAL_)/i.test(name));
  // The cache only saves asking the registry for what it has given before.
  const cache = { npm_config_cache: process.env.npm_config_cache ?? join(homedir(), '.npm') };
  env = { ...(Object.fromEntries(mine) as Record<string, string>), HOME: home, TEMPORAL_CONFIG_FILE: '/dev/null' };
  const npm = (args: string[], cwd: string) =>
    output('npm', args, { env: { ...env, ...cache }, cwd, limit: INSTALL_MS });
  // Without scripts: the build is what the suite runs with, and others run it at this moment.
  await npm(['pack', '--ignore-scripts', '--pack-destination', dir], ROOT);
  const [archive = 'no archive'] = (await readdir(dir)).filter((name) => name.endsWith('.tgz'));
  const elsewhere = join(dir, 'elsewhere');
  await npm(['install', '--prefix', elsewhere, '--prefer-offline', '--omit=dev', join(dir, archive)], elsewhere);
}, INSTALL_MS);
afterAll(() => rm(dir, { recursive: true, force: true }));

/** The command as a shell finds it. */
const birdkeeper = (args: string[]): Promise<RunResult> =>
  attempt(join(dir, 'elsewhere', 'node_modules', '.bin', 'birdkeeper'), args, {
    env: { ...env, BIRDKEEPER_STATE_DIR: join(dir, 'state') },
    cwd: home,
  });

describe('packed', { timeout: 240_000 }, () => {
  it('holds the command, the bundle and the papers, and neither sources nor tests', async () => {
    const files = (await readdir(installed, { recursive: true, withFileTypes: true }))
      .filter((entry) => entry.isFile())
      .map((entry) => join(entry.parentPath, entry.name).slice(installed.length + 1));
    expect(files.filter((file) => !SHIPPED.test(file))).toEqual([]);
    expect(files.filter((file) => file.startsWith('dist/') && !SHIPPED_OF_DIST.test(file))).toEqual([]);
    for (const file of ['dist/workflow-bundle.js', 'docs/birdkeeper.service', 'docs/settings.md', 'CHANGELOG.md']) {
      expect(files).toContain(file);
    }
  });

  it('tells version and help', async () => {
    const { version } = JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as { version: string };
    expect(await birdkeeper(['--version'])).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
    expect((await birdkeeper(['--help'])).stdout).toContain('Exit status');
  });

  it('doctor tells what is missing, and makes nothing', async () => {
    const { status, stdout } = await birdkeeper(['doctor']);
    expect(status).toBe(1);
    expect(stdout).toMatch(/^ok +git: /m);
    expect(stdout).toMatch(/^FAIL +Temporal: .*Start it with: birdkeeper up/m);
    expect(existsSync(join(dir, 'state'))).toBe(false);
  });

  it('keeps a stack: up, check, and a pushed change is deployed', async () => {
    const world = await createWorld({ name: 'packed', program: join(installed, 'dist', 'bin', 'birdkeeper.js') });
    try {
      await keepAndDeploy(world);
    } catch (error) {
      throw new Error(`${String(error)}\n${await world.tails()}`);
    } finally {
      await world.destroy();
    }
  });
});

async function keepAndDeploy(world: World): Promise<void> {
  await world.up();
  expect(await world.waitForOutcome(1)).toMatchObject({ outcome: 'deployed' });
  expect(await world.cli(['check', '--exit-code'])).toMatchObject({ status: 0 });
  await world.images.publishApi('1.1');
  await world.push('platform', apiTag('1.1'), 'Raise api to 1.1');
  const deployed = await world.cli(['deploy', '--wait'], { limit: 120_000 });
  expect(deployed.status, deployed.stdout + deployed.stderr).toBe(0);
  expect(await world.get('api')).toBe('api 1.1');
}
