/** The command that begins a stack on a host with Docker alone, and what the scheduler then mounts and keeps mounted. */
import { cp, mkdir, readFile, readdir, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { baseFile, createWorld, STACK_FOLDER, waitFor, type World } from '../support/world/index.js';
import { attempt, output } from '../support/world/programs.js';

const COMPONENT = fileURLToPath(new URL('../../components/scheduler/', import.meta.url));
const IMAGE = process.env['BIRDKEEPER_TEST_IMAGE'] ?? 'bk-quick:1';
const LONG = 240_000;

describe('first-start.slow', () => {
  let world: World;
  let scheduler: string;
  let place: string;
  let settings: string[];

  beforeAll(async () => {
    world = await createWorld({ name: 'first', files: (files) => files });
    scheduler = `${world.project}-scheduler`;
    // A checkout of birdkeeper, reached over a symbolic link that no mount shows.
    place = join(world.dir, 'host/birdkeeper');
    await mkdir(join(place, '.git'), { recursive: true });
    await cp(COMPONENT, join(place, 'components/scheduler'), { recursive: true });
    await mkdir(join(world.dir, 'links'));
    await symlink(place, join(world.dir, 'links/birdkeeper'));
    settings = [
      `export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ${world.dir}/links/birdkeeper/components/scheduler"`,
      `export BIRDKEEPER_IMAGE='${IMAGE}' BIRDKEEPER_CONTAINER_NAME='${scheduler}'`,
      `export BIRDKEEPER_STATE_DIR='${world.stateDirectory}' BIRDKEEPER_HOST='sample'`,
    ];
    await world.pushSettings({ extra: settings }, 'Run the scheduler in a container');
  }, LONG);

  afterAll(async () => {
    await world.destroy();
  }, LONG);

  const docker = (...args: string[]) => output('docker', args, { env: world.parts.env });
  const firstStart = (...args: string[]) =>
    attempt('/bin/sh', [join(place, 'components/scheduler/first-start'), ...args, world.stackDirectory], {
      env: world.parts.env,
      limit: LONG,
    });

  it('is told by --print, and starts nothing', async () => {
    const told = await firstStart('--print');
    expect(told.stdout).toContain(`${IMAGE} deploy --local --stack ${world.stackDirectory}\n`);
  });
});
void baseFile, readFile, readdir, STACK_FOLDER, waitFor;
