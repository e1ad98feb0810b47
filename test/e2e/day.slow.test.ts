import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { apiTag, readerConfiguration, waitFor, type World } from '../support/world/index.js';
import { deployed, idle, useWorld } from '../support/world/in-vitest.js';
import { attempt } from '../support/world/programs.js';
import { expectSound } from '../support/world/sound.js';

const KILLS = 5;
const BUILT_IN = ['notebooks', 'backup', 'verify', 'logrotate'];

const NOTEBOOK = JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });

/** A git repository beside the world, with one commit. */
async function repository(world: World, name: string, files: Readonly<Record<string, string>>): Promise<string> {
  const dir = join(world.dir, name);
  const git = (...args: string[]) => attempt('git', ['-C', dir, ...args], { env: world.parts.env });
  await mkdir(dir);
  await git('init', '--quiet', '--initial-branch', 'master');
  for (const [path, text] of Object.entries(files)) await writeFile(join(dir, path), text);
  await git('add', '-A');
  await git('-c', 'user.name=a', '-c', 'user.email=a@b', 'commit', '--quiet', '-m', 'First');
  return dir;
}

async function settingsOf(world: World): Promise<string[]> {
  const { dir, project, images } = world;
  await Promise.all(['seen', 'notebooks', 'precious'].map((name) => mkdir(join(dir, name))));
  await writeFile(join(dir, 'precious/file'), 'precious');
  await writeFile(join(dir, 'restic-password'), 'corr3ct-h0rse\n');
  const notebooks = await repository(world, 'notebook-source', { 'one.ipynb': NOTEBOOK });
  const data = await repository(world, 'data-source', { 'set.txt': 'measured' });
  await writeFile(
    join(dir, 'data.yml'),
    `config: {checkout_cache: ${dir}/cache}
deploy:
  - repo_url: ${data}
    checkout_name: data
    dir_maps: [{source_dir: ., dest_dir: ${dir}/datasets}]
    post_actions: [{action: 'echo "\$GIT_NEW_COMMIT_HASH" >> ${dir}/actions'}]
`,
  );
  return [
    `export AUTODEPLOY_EXTRA_SCHEDULER_JOBS='
- {name: ${project}-count, schedule: "@every 4s", image: "${images.base}", command: sh -c "hostname >> /seen/runs; sleep 2; hostname >> /seen/ends", volumes: ["${dir}/seen:/seen"]}
- {name: ${project}-data, schedule: "@yearly", image: "docker:cli", command: /deploy-data ${dir}/data.yml}
'`,
    `export BIRDKEEPER_NOTEBOOK_SOURCE='${notebooks}' BIRDKEEPER_NOTEBOOK_DIR='${dir}/notebooks/tutorial-notebooks'`,
    "export AUTODEPLOY_NOTEBOOK_FREQUENCY='@yearly'",
    `export BIRDKEEPER_BACKUP_REPOSITORY='${dir}/restic' BIRDKEEPER_BACKUP_PASSWORD_FILE='${dir}/restic-password'`,
    `export BIRDKEEPER_BACKUP_PATHS='${dir}/precious' BIRDKEEPER_BACKUP_FREQUENCY='@yearly'`,
  ];
}

const linesOf = async (world: World, path: string): Promise<string[]> =>
  (await readFile(join(world.dir, path), 'utf8').catch(() => '')).split('\n').filter((line) => line !== '');

interface Listed {
  kind: string;
  name?: string;
  last: { outcome: string } | null;
}
async function listed(world: World): Promise<Listed[]> {
  const { status, stdout, stderr } = await world.cli(['jobs', '--json']);
  if (status !== 0) throw new Error(stderr);
  return (JSON.parse(stdout) as { jobs: Listed[] }).jobs;
}

describe('day', () => {
  const world = useWorld({ name: 'day' }, async (made) => {
    await deployed(made);
    await made.releaseSettings({ extra: await settingsOf(made) }, 'A day of work');
    await waitFor('the deployment of the jobs', async () => (await made.history()).length > 1);
    await idle(made);
  });

  it('jobs and two deployments on top of each other, killed again and again: nothing is lost, nothing runs twice, all is up', async () => {
    const { project } = world();
    await world().images.publishApi('1.1');
    for (const job of ['backup', 'notebooks', 'logrotate', `${project}-data`])
      expect(await world().cli(['jobs', 'run', job])).toMatchObject({ stderr: '', status: 0 });
    const first = await world().release('platform', apiTag('1.1'), 'Raise api');
    let last = first;
    for (let kill = 0; kill < KILLS; kill += 1) {
      await pause(500 + Math.random() * 6_000);
      await world().kill9();
      await world().up();
      if (kill === 1) last = await world().release('platform', readerConfiguration('greeting=again'), 'Greet again');
      if (kill === 2) expect(await world().cli(['jobs', 'run', 'verify'])).toMatchObject({ stderr: '', status: 0 });
    }
    await world().look();
    await world().waitForCommit('platform', last);
    await idle(world());
    const wanted = [...BUILT_IN, `${project}-data`];
    let seen: Listed[] = [];
    const isOver = async () => {
      seen = (await listed(world())).filter(({ kind, name }) => wanted.includes(name ?? kind));
      return seen.every(({ last: run }) => run !== null && run.outcome !== 'running');
    };
    await waitFor('the end of all jobs', isOver, { within: 240_000 }).catch((error: unknown) => {
      throw new Error(`${String(error)}: ${JSON.stringify(seen)}`);
    });

    expect(await world().cli(['jobs', 'pause', `${project}-count`])).toMatchObject({ status: 0 });
    const count = await waitFor('the end of the last count', async () => {
      const found = (await listed(world())).find(({ name }) => name === `${project}-count`);
      return found?.last?.outcome === 'running' ? undefined : found;
    });
    expect(count.last?.outcome).toBe('done');
    const [begun, ended] = [await linesOf(world(), 'seen/runs'), await linesOf(world(), 'seen/ends')];
    const runs = (await (await world().temporal()).histories()).filter(
      ({ type, workflowId }) => type === 'runContainerJob' && workflowId.includes('-count/'),
    );
    expect(runs.length).toBeGreaterThan(2);
    // One container for each run, each begun once and ended once.
    expect(new Set(begun).size).toBe(begun.length);
    expect(begun).toHaveLength(runs.length);
    expect([...ended].sort()).toEqual([...begun].sort());

    const outcomes = Object.fromEntries(
      (await listed(world())).map(({ kind, name, last: run }) => [name ?? kind, run?.outcome]),
    );
    expect(outcomes).toMatchObject({
      backup: 'backed up',
      notebooks: expect.stringMatching(/deployed|up to date/) as string,
    });
    expect(outcomes).toMatchObject({ logrotate: expect.any(String) as string, [`${project}-data`]: 'deployed' });
    expect(await readFile(join(world().dir, 'notebooks/tutorial-notebooks/one.ipynb'), 'utf8')).toBe(NOTEBOOK);
    expect(await readFile(join(world().dir, 'datasets/set.txt'), 'utf8')).toBe('measured');
    expect((await linesOf(world(), 'actions')).length).toBeGreaterThan(0);
    expect(await world().cli(['restore', '--dry-run'])).toMatchObject({ status: 0 });
    expect((await world().get('api')).trim()).toBe('api 1.1');
    expect(await world().get('reader')).toContain('greeting=again');
    await expectSound(world());
  });
});
