import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { keeperId } from '../../workflows/contract.js';
import { apiTag, readerConfiguration, waitFor, type World } from '../support/world/index.js';
import { Clone } from '../support/world/clone.js';
import { output } from '../support/world/programs.js';
import { useWorld } from '../support/world/in-vitest.js';
import { expectSound } from '../support/world/sound.js';

/** What a person had started before birdkeeper came: plain Compose, the configuration read by the shell. */
const START_BY_HAND = `set -e
cd "$1"
set -a
. ./default.env
. ./env.local
. ./components/api/default.env
. ./env.local
echo "greeting=$READER_GREETING note=$READER_NOTE path=\\$not_listed" > components/reader/config/reader.conf
exec docker compose --progress quiet -f docker-compose.yml -f components/api/docker-compose-extra.yml \\
  -f components/reader/docker-compose-extra.yml -f components/worker/docker-compose-extra.yml up --detach --wait
`;

async function startByHand(world: World): Promise<void> {
  const { env } = world.parts;
  await output('sh', ['-c', START_BY_HAND, 'sh', world.stackDirectory], { env });
}

const shown = async (world: World) =>
  (await world.containers()).map(({ service, id, startedAt }) => `${service} ${id} ${startedAt}`);

/** A digest per file of both checkouts and of the stack's record, without what a fetch may change. */
async function contentOf(world: World): Promise<string[]> {
  const { checkouts, env } = world.parts;
  const places = [checkouts.platform, checkouts.private, join(world.stateDirectory, 'stacks')];
  const fetched = ['*/.git/objects/*', '*/.git/refs/remotes/*', '*/.git/logs/refs/remotes/*'];
  const skipped = fetched.flatMap((pattern) => ['!', '-path', pattern]);
  const list = ['-type', 'f', ...skipped, '-exec', 'sha256sum', '{}', '+'];
  return (await output('find', [...places, ...list], { env })).split('\n').sort();
}

describe('adopted', () => {
  let before: string[] = [];
  const world = useWorld({ name: 'adopt' }, async (made) => {
    await startByHand(made);
    before = await shown(made);
    await made.up();
  });

  it('what runs already is recorded as release 0 and not touched', async () => {
    expect(before).toHaveLength(6);
    const release = await (await world().recorded()).latestRelease();
    expect(release).toMatchObject({ number: 0, commits: await world().checkedOut() });
    await waitFor('a first look', async () => (await (await world().temporal()).schedule('autodeploy')) !== undefined);
    expect((await world().cli(['check'])).stdout).toMatch(/^up to date/);
    expect(await shown(world())).toEqual(before);
    expect(await world().history()).toEqual([]);
  });

  it('plan tells what the next push would do, and changes nothing but objects and remote-tracking refs', async () => {
    await world().images.publishApi('1.1');
    await world().push('platform', { ...apiTag('1.1'), ...readerConfiguration('planned') }, 'Raise api to 1.1');
    const files = await contentOf(world());
    const planned = await world().cli(['plan']);
    expect(planned.status, planned.stderr).toBe(0);
    expect(planned.stdout).toMatch(/Raise api to 1\.1/);
    expect(planned.stdout).toMatch(/api +recreate .*api:1\.0 → .*api:1\.1/);
    expect(planned.stdout).toMatch(/reader +restart .*reader\.conf/);
    expect(await contentOf(world())).toEqual(files);
    expect(await shown(world())).toEqual(before);
  });

  it('the next push to an adopted stack is deployed, and touches only what it changes', async () => {
    await world().look();
    const commit = await world().parts.developers.platform.head();
    expect(await world().waitForCommit('platform', commit)).toMatchObject({ outcome: 'deployed' });
    expect(await world().get('api')).toBe('api 1.1');
    const others = (lines: string[]) => lines.filter((line) => !/^(api|reader) /.test(line));
    expect(others(await shown(world()))).toEqual(others(before));
  });

  it('a rollback that cannot be done leaves the stack as it runs, says so and needs a person', async () => {
    const former = (await world().state()).api?.imageId ?? '';
    // Sick rather than crashing: that takes it some seconds to show, in which its former image goes.
    await world().images.publishApi('sick', 'sick');
    const temporal = await world().temporal();
    const { nextNumber } = await temporal.keeper();
    await world().release('platform', apiTag('sick'), 'Break api');
    const settling = async () => (await temporal.deployment(nextNumber)).phase === 'settle';
    await waitFor('settle', settling, { every: 20 });
    await output('docker', ['image', 'rm', '--force', former], { env: world().parts.env });
    const record = await world().waitForOutcome(nextNumber);
    expect(record).toMatchObject({ outcome: 'roll back failed', phase: 'roll back' });
    expect(record.message).toMatch(/could not be rolled back: .*left as it runs and needs a person/s);
    expect((await world().state()).web?.status).toBe('running');
    const told = await world().cli(['status']);
    expect(told.stdout).toMatch(/roll back failed/);

    await world().images.publishApi('1.2');
    const mended = await world().release('platform', apiTag('1.2'), 'Mend api');
    expect(await world().waitForCommit('platform', mended)).toMatchObject({ outcome: 'deployed' });
    expect(await world().get('api')).toBe('api 1.2');
  });

  it('a second up on the same host says that one runs', async () => {
    const second = await world().cli(['up']);
    expect(second.status).not.toBe(0);
    expect(second.stderr + second.stdout).toContain(String(world().upkeep.pid));
    expect(world().upkeep.isRunning).toBe(true);
  });

  it('status and history tell what runs', async () => {
    const status = await world().cli(['status']);
    expect(status.status).toBe(0);
    expect(status.stdout).toMatch(/up to date/);
    const history = await world().cli(['history']);
    expect(history.stdout).toMatch(/deployed/);
  });

  it('notebooks are deployed by their schedule, and stay when the source is gone', async () => {
    const { git, env, settings, dir } = world().parts;
    const remote = await git.addRepository('notebooks');
    const author = new Clone(join(dir, 'developer', 'notebooks'), { url: remote.url, key: remote.pushKeyPath }, env);
    await author.found({ 'first.ipynb': '{"cells": [], "metadata": {}, "nbformat": 4, "nbformat_minor": 5}\n' });
    await writeFile(join(settings.keyDirectory, 'notebooks_deploy_key'), await readFile(remote.deployKeyPath), {
      mode: 0o600,
    });
    const target = join(dir, 'data', 'tutorial-notebooks');
    await mkdir(join(dir, 'data'));
    await writeFile(join(dir, 'restic-password'), 'a password of the test\n', { mode: 0o600 });
    const commit = await world().releaseSettings(
      {
        extra: [
          `export BIRDKEEPER_NOTEBOOK_SOURCE='${remote.url}' BIRDKEEPER_NOTEBOOK_DIR='${target}'`,
          `export BIRDKEEPER_NOTEBOOK_BRANCH='main' AUTODEPLOY_NOTEBOOK_FREQUENCY='@daily'`,
          `export BIRDKEEPER_BACKUP_FREQUENCY='@daily' BIRDKEEPER_BACKUP_REPOSITORY='${dir}/backup'`,
          `export BIRDKEEPER_BACKUP_PATHS='volume:${world().project}_store-data' BIRDKEEPER_BACKUP_PASSWORD_FILE='${dir}/restic-password'`,
        ],
      },
      'Deploy notebooks and back up',
    );
    expect(await world().waitForCommit('private', commit)).toMatchObject({ outcome: 'deployed' });
    const temporal = await world().temporal();
    await waitFor('schedules', async () => (await temporal.schedule('notebooks')) && temporal.schedule('backup'));
    await temporal.trigger('notebooks');
    await waitFor('notebooks', async () => (await readdir(target)).includes('first.ipynb'));

    await git.stop();
    await temporal.trigger('notebooks');
    const log = join(settings.logDirectory, 'notebookdeploy.log');
    const size = (await readFile(log, 'utf8')).length;
    await waitFor('a word about the source', async () => (await readFile(log, 'utf8')).length > size);
    await git.start();
    expect(await readdir(target)).toContain('first.ipynb');
  });

  it('a backup is made by its schedule, of the volume that the setting names', async () => {
    const temporal = await world().temporal();
    const before = await shown(world());
    await temporal.trigger('backup');
    const run = await waitFor('the end of a backup', async () => (await temporal.runsOf('backUpStack'))[0]);
    expect(run, String(run.result)).toMatchObject({ status: 'COMPLETED' });
    const { env, dir } = world().parts;
    const listing = await output(
      'restic',
      ['--repo', join(dir, 'backup'), '--password-file', join(dir, 'restic-password'), 'ls', 'latest'],
      { env },
    );
    expect(listing).toMatch(/started$/m);
    expect(await shown(world())).toEqual(before);
    expect(await readFile(join(dir, 'log', 'backup.log'), 'utf8')).toContain('START_TIME=');
  });

  it('forget ends keeper and schedules and leaves the containers', async () => {
    const before = await shown(world());
    const temporal = await world().temporal();
    const forgotten = await world().cli(['forget']);
    expect(forgotten.status).toBe(0);
    expect(await temporal.isRunning(keeperId({ host: 'sample', stack: world().project }))).toBe(false);
    for (const kind of ['autodeploy', 'notebooks', 'backup'] as const) {
      expect(await temporal.schedule(kind)).toBeUndefined();
    }
    expect(await shown(world())).toEqual(before);
    expect(existsSync(world().stackDirectory)).toBe(true);
  });

  it('what all of these runs wrote replays, is small and holds no secret', () => expectSound(world()));
});
