/** The worker in a container, as the component `scheduler` runs it: everything happens in there. */
import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { apiTag, baseFile, createWorld, STACK_FOLDER, waitFor, type World } from '../support/world/index.js';
import { attempt, output } from '../support/world/programs.js';

const COMPONENT = fileURLToPath(new URL('../../components/scheduler/', import.meta.url));
const IMAGE = process.env['BIRDKEEPER_TEST_IMAGE'] ?? 'bk-quick';

async function componentFiles(): Promise<Record<string, string>> {
  const names = ['default.env', 'component.yml', '.gitignore', 'docker-compose-extra.yml.template'];
  const texts = await Promise.all(names.map((name) => readFile(`${COMPONENT}${name}`, 'utf8')));
  return Object.fromEntries(names.map((name, at) => [`${STACK_FOLDER}/components/scheduler/${name}`, texts[at] ?? '']));
}

describe('container.slow', () => {
  let world: World;
  let lines: (image: string) => string[];

  beforeAll(async () => {
    const component = await componentFiles();
    world = await createWorld({ name: 'box', files: (files) => ({ ...files, ...component }) });
    const { env, settings } = world.parts;
    lines = (image) => [
      'export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ./components/scheduler"',
      `export BIRDKEEPER_IMAGE='${image}' BIRDKEEPER_CONTAINER_NAME='${world.project}-scheduler'`,
      `export BIRDKEEPER_STATE_DIR='${world.stateDirectory}' BIRDKEEPER_HOST='sample'`,
      "export BIRDKEEPER_HAND_OVER_SECONDS='40'",
    ];
    void env;
    void settings;
    await world
      .releaseSettings({ extra: lines(`${IMAGE}:1`) }, 'Run the scheduler in a container')
      .catch(() => undefined);
  }, 120_000);

  afterAll(async () => {
    console.log(await attempt('docker', ['logs', `${world.project}-scheduler`], { env: world.parts.env }));
    console.log(await world.autodeployLog());
    await world.destroy();
  }, 120_000);

  const docker = (...args: string[]) => output('docker', args, { env: world.parts.env });

  it('the first deployment, by one command with Docker alone, starts the worker', async () => {
    const { env, dir } = { env: world.parts.env, dir: world.dir };
    const before = Date.now();
    const first = await attempt(
      'docker',
      [
        ...['run', '--rm', '--init', '--network', 'host', '--volume', '/var/run/docker.sock:/var/run/docker.sock'],
        ...['--volume', `${dir}:${dir}`, '--env', `BIRDKEEPER_STATE_DIR=${world.stateDirectory}`],
        ...[`${IMAGE}:1`, 'deploy', '--local', '--stack', world.stackDirectory],
      ],
      { env, limit: 180_000 },
    );
    console.log(first.stdout, first.stderr, Date.now() - before);
    expect(first.status).toBe(0);
    await waitFor(
      'polls',
      async () =>
        (await docker('inspect', '--format', '{{.State.Health.Status}}', `${world.project}-scheduler`)) === 'healthy',
      { within: 60_000 },
    );
  }, 240_000);

  it('a push is deployed from within', async () => {
    const commit = await world.release('platform', baseFile({ version: '2' }), 'Say version 2');
    const before = Date.now();
    expect(await world.waitForCommit('platform', commit)).toMatchObject({ outcome: 'deployed' });
    console.log('took', Date.now() - before);
    expect(await world.get('web')).toBe('version 2');
  }, 240_000);

  it('a push that changes the image of the worker replaces it', async () => {
    const before = Date.now();
    const commit = await world.releaseSettings({ extra: lines(`${IMAGE}:2`) }, 'Raise the scheduler');
    expect(await world.waitForCommit('private', commit)).toMatchObject({ outcome: 'deployed' });
    console.log('took', Date.now() - before);
  }, 240_000);
  void apiTag;
});
