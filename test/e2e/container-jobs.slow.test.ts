/** The built-in jobs and one of the operator's in the worker's container: what they work on is the host's. */
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed, vi } from 'vitest';
import { createBoxed, type Boxed } from '../support/world/boxed.js';
import { Clone } from '../support/world/clone.js';
import type { ListedJob } from '../support/world/jobs.js';
import { STACK_FOLDER, waitFor } from '../support/world/index.js';
import { attempt } from '../support/world/programs.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 1_800_000 });

const COMPONENT = `${STACK_FOLDER}/components/birds`;
const NOTEBOOK = JSON.stringify({ cells: [], metadata: {}, nbformat: 4, nbformat_minor: 5 });

/** `fast` is a mount while a container uses it, and an empty directory of the engine while none does. */
const componentFiles = (image: string) => ({
  [`${COMPONENT}/docker-compose-extra.yml`]: `services:
  proxy:
    image: ${image}
    container_name: \${COMPOSE_PROJECT_NAME}-proxy
    init: true
    stop_grace_period: 1s
    command: ["sh", "-c", "echo $$(date +%s.%N) > /fast/birds; trap 'touch /logs/reopened' USR1; while :; do sleep 0.2; done"]
    volumes: ["proxy-logs:/logs", "fast:/fast"]
volumes:
  proxy-logs:
  fast:
    driver: local
    driver_opts: { type: tmpfs, device: tmpfs }
`,
  [`${COMPONENT}/component.yml`]: `backup:
  application:
    - volume: store-data
    - volume: fast
  user:
    - path: \${BIRDS_DATA}
    - path: \${NESTS}
`,
});

describe('container-jobs', () => {
  let boxed: Boxed;
  let image: string;
  const at = (...path: string[]) => join(boxed.world.dir, ...path);

  /** Each in a directory of its own, which only its own setting can have mounted. */
  const lines = (root: string, ...more: string[]) => [
    'export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ./components/birds"',
    `export BIRDKEEPER_DOCKER_ROOT_DIR='${root}' BIRDHOUSE_DATA_PERSIST_ROOT='${at('data')}'`,
    `export BIRDS_DATA='${at('data/birds')}' NESTS='${at('elsewhere/nests')}' SCRATCH='${at('data/scratch')}'`,
    `export BIRDHOUSE_BACKUP_RESTIC_ENV_FILE='${at('secrets/restic.env')}' BIRDKEEPER_BACKUP_FREQUENCY='@yearly'`,
    `export BIRDKEEPER_NOTEBOOK_LIST='${at('lists/notebooks.yml')}' BIRDKEEPER_NOTEBOOK_DIR='${at('hub/tutorials')}'`,
    "export AUTODEPLOY_NOTEBOOK_FREQUENCY='@yearly' BIRDKEEPER_LOGROTATE_FREQUENCY='@yearly'",
    `export BIRDKEEPER_NGINX_LOGS=volume:proxy-logs BIRDKEEPER_NGINX_CONTAINER='${boxed.world.project}-proxy'`,
    `export AUTODEPLOY_EXTRA_SCHEDULER_JOBS="
- name: ${boxed.world.project}-sweep
  schedule: '@yearly'
  image: ${boxed.world.images.base}
  dockerargs: --volume \\\${SCRATCH}:/scratch
  command: sh -c 'ls /scratch; echo swept > /scratch/swept' >> /scratch/own.log
"`,
    ...more,
  ];
  const dockerRoot = () => boxed.docker('info', '--format', '{{.DockerRootDir}}').then((text) => text.trim());
  const inStack = (service: string, command: string) =>
    boxed.world.state().then((all) => boxed.docker('exec', all[service]?.id ?? '', 'sh', '-c', command));

  const nameRepository = (name: string) =>
    writeFile(
      at('secrets/restic.env'),
      `RESTIC_REPOSITORY=${at(name)}\nRESTIC_PASSWORD_FILE=${at('passwords/restic')}\n`,
    );

  async function makeHost(): Promise<void> {
    const { dir, env, git } = boxed.world.parts;
    for (const path of ['data/birds', 'data/scratch', 'elsewhere/nests', 'secrets', 'passwords', 'lists', 'hub'])
      await mkdir(at(path), { recursive: true });
    await writeFile(at('data/birds/wren'), 'small');
    await writeFile(at('elsewhere/nests/one'), 'three eggs');
    await writeFile(at('passwords/restic'), 'corr3ct-h0rse\n');
    await nameRepository('restic');
    const { url, pushKeyPath, deployKeyPath } = await git.addRepository('lessons');
    await new Clone(join(dir, 'developer/lessons'), { url, key: pushKeyPath }, env).found({
      'a/first.ipynb': NOTEBOOK,
    });
    await writeFile(at('keys/lessons_deploy_key'), await readFile(deployKeyPath), { mode: 0o600 });
    const list = { sources: [{ name: 'lessons', git: url }], maps: [{ source: 'lessons', from: '.', to: 'lessons' }] };
    await writeFile(at('lists/notebooks.yml'), JSON.stringify(list));
  }

  beforeAll(async () => {
    boxed = await createBoxed({ name: 'boxjobs' });
    await makeHost();
    image = await boxed.image('1');
    await boxed.world.push('platform', componentFiles(boxed.world.images.base), 'Keep birds');
    await boxed.world.pushSettings(boxed.settings(image, lines(await dockerRoot())), 'Run the scheduler and its jobs');
    await boxed.begin(image);
  });
  beforeEach(() => {
    onTestFailed(() => boxed.tellTails());
  });
  afterAll(() => boxed.destroy());

  /** Runs a job through the command line of the container to its end; gives its outcome. */
  async function run(job: string): Promise<string> {
    const last = async () => {
      const { jobs } = JSON.parse((await boxed.cli('jobs', '--json')).stdout) as { jobs: ListedJob[] };
      return jobs.find(({ name, kind }) => (name ?? kind) === job)?.last ?? undefined;
    };
    const before = (await last())?.at;
    expect(await boxed.cli('jobs', 'run', job)).toMatchObject({ status: 0 });
    const ended = async () => {
      const now = await last();
      return now && now.at !== before && now.outcome !== 'running' ? now.outcome : undefined;
    };
    return waitFor(`the end of ${job}`, ended, { within: 120_000 });
  }

  const log = (name: string) => readFile(join(boxed.world.parts.settings.logDirectory, name), 'utf8');

  it('a path of component.yml is not known beforehand: doctor and the backup say that it is not mounted, and how', async () => {
    const why = `${at('elsewhere/nests')} of the host is not mounted into birdkeeper's container: add it to BIRDKEEPER_EXTRA_MOUNTS`;
    const { status, stdout } = await boxed.cli('doctor');
    expect(stdout).toMatch(/^FAIL +places of jobs: no backup can be made: birds\/user\/2: /m);
    expect(stdout).toContain(why);
    expect(status).toBe(1);
    expect(await run('backup')).toBe('failed');
    expect(await log('backup.log')).toContain(`Nothing was backed up: birds/user/2: ${why} in env.local, and deploy.`);
  });

  it('a push that names it has it mounted, and doctor is content', async () => {
    const settings = boxed.settings(
      image,
      lines(await dockerRoot(), `export BIRDKEEPER_EXTRA_MOUNTS='${at('elsewhere')}'`),
    );
    const commit = await boxed.world.releaseSettings(settings, 'Mount the nests');
    expect(await boxed.world.waitForCommit('private', commit)).toMatchObject({ outcome: 'deployed' });
    const { status, stdout } = await boxed.cli('doctor');
    expect(stdout).toMatch(/^ok +places of jobs: what is known of them is seen from /m);
    expect(stdout).not.toMatch(/^FAIL/m);
    expect(status).toBe(0);
  });

  it('has mounted what its settings name, and nothing that holds it', async () => {
    const told = await boxed.docker(
      ...['inspect', '--format', '{{range .Mounts}}{{.Destination}} {{.RW}} {{.Propagation}}\n{{end}}', boxed.name],
    );
    const { checkouts, settings } = boxed.world.parts;
    expect(
      told
        .trim()
        .split('\n')
        .filter((line) => line !== '')
        .sort(),
    ).toEqual(
      [
        ...[checkouts.platform, checkouts.private, settings.logDirectory, boxed.world.stateDirectory]
          .concat(at('data'), at('hub'), at('elsewhere'), at('restic'), '/var/run/docker.sock')
          .map((path) => `${path} true rprivate`),
        ...[settings.keyDirectory, at('lists'), at('secrets'), at('passwords')].map((path) => `${path} false rprivate`),
        `${await dockerRoot()}/volumes true rslave`,
      ].sort(),
    );
  });

  it('deploys notebooks of a list', async () => {
    expect(await run('notebooks')).toBe('deployed');
    expect(await readFile(at('hub/tutorials/lessons/a/first.ipynb'), 'utf8')).toBe(NOTEBOOK);
  });

  it("rotates nginx's logs in a volume and tells nginx", async () => {
    await inStack('proxy', `dd if=/dev/zero of=/logs/access.log bs=1M count=21 2>/dev/null`);
    expect(await run('logrotate')).toBe('rotated');
    await waitFor('the signal', async () => (await inStack('proxy', 'ls /logs')).includes('reopened'));
    const left = await inStack('proxy', 'ls /logs; wc -c < /logs/access.log');
    expect(left).toMatch(/^access\.log-\d+/m);
    expect(left.trim().split('\n').at(-1)).toBe('0');
  });

  it('runs a job of the operator, whose redirection goes to the host', async () => {
    await writeFile(at('data/scratch/litter'), 'x');
    expect(await run(`${boxed.world.project}-sweep`)).toBe('done');
    expect(await readFile(at('data/scratch/swept'), 'utf8')).toBe('swept\n');
    expect(await readFile(at('data/scratch/own.log'), 'utf8')).toContain('litter\n');
  });

  it('backs up volumes, one that became a mount later too, and directories; verifies; and restores them', async () => {
    // Its volume is mounted anew, beneath the scheduler that runs.
    await boxed.docker('restart', '--time', '1', `${boxed.world.project}-proxy`);
    const started = await inStack('store', 'cat /data/started');
    const birds = await inStack('proxy', 'cat /fast/birds');
    expect(await run('backup')).toBe('backed up');
    expect(await run('verify')).toBe('verified');
    await inStack('store', 'rm /data/started; touch /data/since');
    await inStack('proxy', 'rm /fast/birds');
    await writeFile(at('data/birds/wren'), 'eaten');
    await writeFile(at('elsewhere/nests/one'), 'empty');
    const dry = await boxed.cli('restore', '--dry-run');
    expect(dry.stdout).toContain(at('elsewhere/nests'));
    expect(await boxed.cli('restore', '--yes')).toMatchObject({ status: 0 });
    expect(await inStack('store', 'ls /data; cat /data/started')).toBe(`started\n${started}`);
    expect(await inStack('proxy', 'cat /fast/birds')).toBe(birds);
    expect(await readFile(at('data/birds/wren'), 'utf8')).toBe('small');
    expect(await readFile(at('elsewhere/nests/one'), 'utf8')).toBe('three eggs');
    expect((await stat(at('restic/config'))).size).toBeGreaterThan(0);
    expect(await readdir(at('restic/snapshots'))).not.toEqual([]);
  });

  it('a repository that is not mounted is not made in the container', async () => {
    await nameRepository('other-restic');
    expect(await run('backup')).toBe('failed');
    const [failed] = await (await boxed.world.temporal()).runsOf('backUpStack');
    expect(failed?.result).toContain(`${at('other-restic')} of the host is not mounted into birdkeeper's container`);
    const { status } = await attempt('docker', ['exec', boxed.name, 'test', '-e', at('other-restic')], {
      env: boxed.world.parts.env,
    });
    expect(status).toBe(1);
    // The next deployment mounts it.
    const before = (await boxed.world.history()).length;
    expect(await boxed.cli('deploy', '--force')).toMatchObject({ status: 0 });
    const next = await waitFor('the deployment', async () => (await boxed.world.history())[before], {
      within: 120_000,
    });
    expect(next).toMatchObject({ outcome: 'deployed', services: [expect.objectContaining({ service: 'scheduler' })] });
    expect(await run('backup')).toBe('backed up');
    expect((await stat(at('other-restic/config'))).size).toBeGreaterThan(0);
  });
});
