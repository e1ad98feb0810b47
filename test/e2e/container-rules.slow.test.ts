/** What a worker finds different in a container: owners without a name, keys, logins, links, and mounts that follow env.local. */
import { copyFile, mkdir, mkdtemp, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed, vi } from 'vitest';
import { REGISTRY_USER, startRegistry, type Registry } from '../support/registry.js';
import { createBoxed, type Boxed } from '../support/world/boxed.js';
import { Clone } from '../support/world/clone.js';
import { apiTag, baseFile, STACK_FOLDER, waitFor } from '../support/world/index.js';
import { attempt, output } from '../support/world/programs.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 1_800_000 });

const API_FILE = `${STACK_FOLDER}/components/api/docker-compose-extra.yml`;

describe('container-rules', () => {
  let boxed: Boxed;
  let registry: Registry;
  /** Docker's configuration of the operator, with a login. */
  let logins: string;
  let image: string;
  const lines = (...more: string[]) => [
    `export BIRDKEEPER_DOCKER_CONFIG_DIR='${logins}'`,
    `export AUTODEPLOY_EXTRA_REPOS='${boxed.world.parts.checkouts.private} ${link('third')}'`,
    ...more,
  ];
  const link = (name: string) => join(boxed.world.dir, 'links', name);
  const platform = (path: string) => join(boxed.world.parts.checkouts.platform, path);

  /** A further checkout, which lies elsewhere than its link says. */
  async function addCheckout(name: string): Promise<Clone> {
    const { dir, env, git } = boxed.world.parts;
    const { url, pushKeyPath, deployKeyPath } = await git.addRepository(name);
    const developer = new Clone(join(dir, 'developer', name), { url, key: pushKeyPath }, env);
    await developer.found({ 'README.md': name });
    await copyFile(deployKeyPath, join(dir, 'keys', `${name}_deploy_key`));
    await new Clone(join(dir, 'elsewhere', name), { url, key: deployKeyPath }, env).clone();
    await mkdir(join(dir, 'links'), { recursive: true });
    await symlink(join('..', 'elsewhere', name), link(name));
    return developer;
  }

  let third: Clone;
  beforeAll(async () => {
    logins = await mkdtemp(join(tmpdir(), 'birdkeeper-logins-'));
    registry = await startRegistry({ requireLogin: true });
    boxed = await createBoxed({ name: 'rules' });
    const { dir, env, checkouts } = boxed.world.parts;
    third = await addCheckout('third');
    await output('chown', ['-R', '4711:4712', checkouts.platform, checkouts.private], { env });
    await output('chmod', ['-R', 'u=rwX,go=', join(dir, 'keys')], { env });
    image = await boxed.image('1');
    await boxed.world.pushSettings(boxed.settings(image, lines()), 'Run the scheduler in a container');
    await boxed.begin(image);
  });
  beforeEach(() => {
    onTestFailed(() => boxed.tellTails());
  });
  afterAll(async () => {
    await boxed.destroy();
    await registry.remove();
    await rm(logins, { recursive: true });
  });

  const ownersOf = async (...paths: string[]) =>
    Object.fromEntries(
      await Promise.all(
        paths.map(async (path) => {
          const { uid, gid } = await stat(platform(path));
          return [path, `${uid}:${gid}`] as const;
        }),
      ),
    );
  const mounts = async (): Promise<string[]> => {
    const told = await boxed.docker('inspect', '--format', '{{range .Mounts}}{{.Destination}}\n{{end}}', boxed.name);
    return told
      .split('\n')
      .filter((path) => path !== '')
      .sort();
  };

  it('mounts what the stack consists of, at the same paths, and nothing above', async () => {
    const { dir, checkouts, settings } = boxed.world.parts;
    expect(await mounts()).toEqual(
      [
        ...[checkouts.platform, checkouts.private, join(dir, 'elsewhere', 'third')],
        ...[settings.keyDirectory, settings.logDirectory, boxed.world.stateDirectory, logins, '/var/run/docker.sock'],
      ].sort(),
    );
  });

  it('files that a deployment writes belong to the owner of the checkout, whose number has no name in there', async () => {
    const commit = await boxed.world.release(
      'platform',
      { 'brand/new.txt': 'x\n', ...baseFile({ version: '2' }) },
      'New',
    );
    expect(await boxed.world.waitForCommit('platform', commit)).toMatchObject({ outcome: 'deployed' });
    const rendered = `${STACK_FOLDER}/components/reader/config/reader.conf`;
    const paths = ['brand/new.txt', 'brand', '.git/HEAD', '.git/index', rendered];
    expect(await ownersOf(...paths)).toEqual(Object.fromEntries(paths.map((path) => [path, '4711:4712'])));
  });

  it('scenario 23: or to AUTODEPLOY_CODE_OWNERSHIP, from the push on that brings it', async () => {
    const settings = boxed.settings(image, lines("export AUTODEPLOY_CODE_OWNERSHIP='4321:4322'"));
    const commit = await boxed.world.releaseSettings(settings, 'Give the code to somebody');
    expect(await boxed.world.waitForCommit('private', commit)).toMatchObject({ outcome: 'deployed' });
    const next = await boxed.world.release('platform', { 'brand/newer.txt': 'x\n' }, 'Newer');
    expect(await boxed.world.waitForCommit('platform', next)).toMatchObject({ outcome: 'deployed' });
    expect(await ownersOf('brand/newer.txt', '.git/index')).toEqual({
      'brand/newer.txt': '4321:4322',
      '.git/index': '4321:4322',
    });
  });

  it('an image of a registry that wants a login is pulled with the login of the operator', async () => {
    const { env, developers } = boxed.world.parts;
    const closed = `${registry.host}/closed/api`;
    const auth = Buffer.from(`${REGISTRY_USER.name}:${REGISTRY_USER.password}`).toString('base64');
    await boxed.world.images.publishApi('3.0');
    await output('docker', ['pull', '--quiet', `${boxed.world.images.api}:3.0`], { env });
    await output('docker', ['tag', `${boxed.world.images.api}:3.0`, `${closed}:3.0`], { env });
    await writeFile(join(logins, 'config.json'), JSON.stringify({ auths: { [registry.host]: { auth } } }), {
      mode: 0o600,
    });
    await output('docker', ['--config', logins, 'push', '--quiet', `${closed}:3.0`], { env });
    await output('docker', ['rmi', `${closed}:3.0`, `${boxed.world.images.api}:3.0`], { env });
    const compose = await readFile(join(developers.platform.dir, API_FILE), 'utf8');
    const moved = { ...apiTag('3.0'), [API_FILE]: compose.replace(boxed.world.images.api, closed) };
    const commit = await boxed.world.release('platform', moved, 'Take api from elsewhere');
    expect(await boxed.world.waitForCommit('platform', commit)).toMatchObject({ outcome: 'deployed' });
    expect(await boxed.world.get('api')).toBe('api 3.0');
    await attempt('docker', ['rmi', '-f', `${closed}:3.0`], { env });
  });

  it('a checkout behind a symbolic link is deployed from', async () => {
    const commit = await third.push({ 'README.md': 'changed' }, 'Change the third');
    await boxed.world.look();
    const isIt = async () => (await boxed.world.history()).find(({ to }) => to['third'] === commit);
    expect(await waitFor('the deployment of the push', isIt, { within: 120_000 })).toMatchObject({
      outcome: 'deployed',
    });
    expect(await readFile(join(link('third'), 'README.md'), 'utf8')).toBe('changed');
  });

  it('row 9: a log directory and a checkout that come with a push are in force afterwards, and stay', async () => {
    const { dir } = boxed.world.parts;
    const log = join(dir, 'other-log');
    await addCheckout('fourth');
    const extra = lines(
      `export PAVICS_LOG_DIR='${log}'`,
      `export AUTODEPLOY_EXTRA_REPOS="$AUTODEPLOY_EXTRA_REPOS ${link('fourth')}"`,
    );
    const commit = await boxed.world.releaseSettings(boxed.settings(image, extra), 'Log elsewhere, and a fourth');
    expect(await boxed.world.waitForCommit('private', commit)).toMatchObject({ outcome: 'deployed' });
    expect(await mounts()).toEqual(expect.arrayContaining([log]));
    const next = await boxed.world.release('platform', baseFile({ version: '5' }), 'Say version 5');
    expect(await boxed.world.waitForCommit('platform', next)).toMatchObject({ outcome: 'deployed' });
    expect(await readFile(join(log, 'autodeploy.log'), 'utf8')).toContain('Say version 5');
    const { id } = (await boxed.workers())[0] ?? {};
    expect((await boxed.cli('check')).stdout).toMatch(/^up to date/);
    expect((await boxed.workers())[0]?.id).toBe(id);
  });

  it('says its state to the command line in the container', async () => {
    expect((await boxed.cli('status')).stdout).toContain(boxed.world.project);
    expect((await boxed.cli('plan')).stdout).toContain('up to date');
  });
});
