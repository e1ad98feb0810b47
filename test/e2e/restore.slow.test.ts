import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { readerConfiguration, STACK_FOLDER, waitFor, type World } from '../support/world/index.js';
import { deployed, idle, useWorld } from '../support/world/in-vitest.js';
import { ranJob } from '../support/world/jobs.js';
import { attempt } from '../support/world/programs.js';

/** Two components: one of them has data of both kinds, and a container that is stopped meanwhile. */
const components = (dir: string): Record<string, string> => ({
  [`${STACK_FOLDER}/components/shelf/component.yml`]: `backup: {application: [{path: ${dir}/shelf}]}\n`,
  [`${STACK_FOLDER}/components/nest/component.yml`]: `backup:
  application: [{volume: store-data, stop: [store]}]
  user: [{path: ${dir}/users}]
`,
});

const settings = ({ dir }: World) => [
  'export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ./components/shelf ./components/nest"',
  `export BIRDKEEPER_BACKUP_REPOSITORY='${dir}/restic' BIRDKEEPER_BACKUP_PASSWORD_FILE='${dir}/restic-password'`,
  "export BIRDKEEPER_BACKUP_FREQUENCY='@yearly'",
];

/** Content of everything that is backed up. */
type Data = Record<'shelf' | 'users' | 'store', string>;

const inStore = async (world: World, ...command: string[]) => {
  const { store } = await world.state();
  const { stdout } = await attempt('docker', ['exec', store?.id ?? '', ...command], { env: world.parts.env });
  return stdout.trim();
};

async function fill(world: World, text: string): Promise<void> {
  for (const name of ['shelf', 'users']) {
    await mkdir(join(world.dir, name), { recursive: true });
    await writeFile(join(world.dir, name, 'file'), text);
  }
  await inStore(world, 'sh', '-c', `echo ${text} > /data/file`);
}

async function data(world: World): Promise<Data> {
  const read = (name: string) => readFile(join(world.dir, name, 'file'), 'utf8');
  return { shelf: await read('shelf'), users: await read('users'), store: await inStore(world, 'cat', '/data/file') };
}
const all = (text: string): Data => ({ shelf: text, users: text, store: text });

describe('restore', () => {
  const snapshots: Record<string, string> = {};
  const releases: Record<string, number> = {};

  async function backedUp(world: World, text: string): Promise<void> {
    await fill(world, text);
    expect(await ranJob(world, 'backup')).toBe('done');
    const [newest] = await (await world.temporal()).runsOf('backUpStack');
    const { snapshot, release } = newest?.result as { snapshot: string; release: number };
    snapshots[text] = snapshot;
    releases[text] = release;
  }

  async function deploy(world: World, text: string): Promise<number> {
    const commit = await world.release('platform', readerConfiguration(text), `Say ${text}`);
    const { number, outcome } = await world.waitForCommit('platform', commit);
    expect(outcome).toBe('deployed');
    await idle(world);
    return number;
  }

  const world = useWorld(
    { name: 'restore', files: (files, { dir }) => ({ ...files, ...components(dir) }) },
    async (made) => {
      await writeFile(join(made.dir, 'restic-password'), 'corr3ct-h0rse\n');
      await deployed(made);
      await made.releaseSettings({ extra: settings(made) }, 'Back up');
      await waitFor('the deployment', async () => (await made.history()).length > 1);
      await idle(made);
      await backedUp(made, 'old');
      await deploy(made, 'one');
      await backedUp(made, 'new');
      releases['without'] = await deploy(made, 'two');
    },
  );
  beforeEach(() => fill(world(), 'now'));

  const restore = (...args: string[]) => world().cli(['restore', ...args], { limit: 120_000 });

  it('only the data of the component that is named changes, of both kinds, and only its containers are stopped', async () => {
    const before = await world().state();
    expect(await restore('--only', 'shelf', '--yes')).toMatchObject({ stderr: expect.anything() as string, status: 0 });
    expect(await data(world())).toEqual({ ...all('now'), shelf: 'new' });
    expect((await world().state())['store']?.startedAt).toBe(before['store']?.startedAt);

    await fill(world(), 'now');
    const restored = await restore('--only', 'nest', '--yes');
    expect(restored).toMatchObject({ status: 0, stdout: expect.stringMatching(/started again: \S*store/) as string });
    expect(await data(world())).toEqual({ ...all('new'), shelf: 'now' });
    expect((await world().state())['store']).toMatchObject({ status: 'running' });
    expect((await world().state())['web']?.startedAt).toBe(before['web']?.startedAt);
  });

  it('the newest snapshot of a release is taken, also of one component alone', async () => {
    expect(releases['new']).toBeGreaterThan(releases['old'] ?? Infinity);
    expect(await restore('--release', String(releases['old']), '--only', 'shelf', '--yes')).toMatchObject({
      status: 0,
    });
    expect(await data(world())).toEqual({ ...all('now'), shelf: 'old' });
    expect(await restore('--release', String(releases['old']), '--yes')).toMatchObject({ status: 0 });
    expect(await data(world())).toEqual(all('old'));
    expect((await world().cli(['check'])).stdout).toMatch(/^up to date/);
  });

  it('what a snapshot would overwrite is told, and nothing changes', async () => {
    const before = await world().state();
    const dry = await restore('--dry-run', snapshots['old'] ?? '');
    expect(dry).toMatchObject({
      status: 0,
      stdout: expect.stringContaining(`snapshot ${snapshots['old']} of`) as string,
    });
    for (const key of ['shelf/application/1', 'nest/application/1', 'nest/user/1'])
      expect(dry.stdout).toMatch(new RegExp(`^  ${key}: .*[12] files written, 0 removed$`, 'm'));
    expect(dry.stdout).toMatch(/^stopped meanwhile: \S*store/m);
    const part = await restore('--dry-run', '--only', 'shelf', '--json');
    expect(JSON.parse(part.stdout)).toMatchObject({ parts: [{ key: 'shelf/application/1' }], stops: [] });
    expect(JSON.parse(part.stdout)).toMatchObject({ snapshot: snapshots['new'] });
    expect(await data(world())).toEqual(all('now'));
    expect(await world().state()).toEqual(before);
  });

  it.each<[string, () => string[], RegExp]>([
    [
      'a release without a snapshot',
      () => ['--release', String(releases['without'])],
      /no complete snapshot of release \d+/,
    ],
    ['a release that never was', () => ['--release', '999'], /no complete snapshot of release 999/],
    [
      'a component that nobody has',
      () => ['--only', 'nobody'],
      /holds no application or user data of nobody \(of these: nest, shelf\)/,
    ],
    ['one of two that is not there', () => ['--only', 'shelf,nobody'], /holds no application or user data of nobody/],
    ['a component without data', () => ['--only', 'reader'], /holds no application or user data of reader/],
    ['a snapshot that is not there', () => ['deadbeef'], /no snapshot deadbeef/],
  ])('%s is told, and nothing changes', async (_what, args, message) => {
    for (const more of ['--dry-run', '--yes']) {
      const { status, stderr, stdout } = await restore(...args(), more);
      expect({ status, stdout }).toEqual({ status: 1, stdout: '' });
      expect(stderr).toMatch(message);
      expect(stderr).toMatch(/Nothing was (changed|restored)/);
    }
    expect(await data(world())).toEqual(all('now'));
  });

  it('what cannot be meant is wrong use', async () => {
    expect(await restore('--release', 'two', '--yes')).toMatchObject({ status: 2 });
    expect(await restore(snapshots['old'] ?? '', '--release', '1', '--yes')).toMatchObject({ status: 2 });
    expect(await data(world())).toEqual(all('now'));
  });
});
