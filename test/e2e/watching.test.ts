import { appendFile, copyFile, mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  apiTag,
  baseFile,
  envLocal,
  readerConfiguration,
  STACK_FOLDER,
  waitFor,
  type World,
} from '../support/world/index.js';
import { Clone } from '../support/world/clone.js';
import { attempt } from '../support/world/programs.js';
import { idle, useWorld } from '../support/world/in-vitest.js';
import { expectSound } from '../support/world/sound.js';

const ADDED = `services:
  added:
    image: \${BASE_IMAGE}
    init: true
    command: ["sleep", "1000000"]
`;

/** A third checkout, whose key lies in `keys` alone. */
async function addCheckout(world: World, keys: string): Promise<{ dir: string; commit: string }> {
  const { git, env } = world.parts;
  const { url, pushKeyPath, deployKeyPath } = await git.addRepository('third');
  const author = new Clone(join(world.dir, 'developer', 'third'), { url, key: pushKeyPath }, env);
  const commit = await author.found({ 'read.me': 'third\n' });
  await copyFile(deployKeyPath, join(keys, 'third_deploy_key'));
  const dir = join(world.dir, 'host', 'third');
  await new Clone(dir, { url, key: deployKeyPath }, env).clone();
  return { dir, commit };
}

/** Container ids and start times: equal means untouched. */
const touched = async (world: World) =>
  (await world.containers()).map(({ service, id, startedAt }) => `${service} ${id} ${startedAt}`);

const check = async (world: World) => (await world.cli(['check'])).stdout;

describe('watching', () => {
  const world = useWorld({ name: 'watch' });

  it('scenario 10: a look at level repositories touches nothing, is no deployment and ends well', async () => {
    await idle(world());
    const before = await touched(world());
    await world().look();
    const looked = await world().cli(['check', '--exit-code']);
    expect(looked).toMatchObject({ status: 0, stdout: expect.stringMatching(/^up to date/) as string });
    await idle(world());
    expect(await touched(world())).toEqual(before);
    expect(await world().history()).toHaveLength(1);
  });

  it('scenario 11: an extra repository that is behind and clean gives exactly one deployment, of the commits seen', async () => {
    const platform = (await world().checkedOut()).platform;
    const commit = await world().releaseSettings({ extra: ["export READER_NOTE='noted'"] }, 'Note something');
    const record = await world().waitForCommit('private', commit);
    expect(record).toMatchObject({ outcome: 'deployed', trigger: 'check', to: { private: commit, platform } });
    await waitFor('the note', async () => (await world().get('reader')).includes('note=noted'));
    await idle(world());
    expect(await check(world())).toMatch(/^up to date/);
    expect((await world().history()).filter(({ to }) => to.private === commit)).toHaveLength(1);
  });

  it('scenario 26: a deployment that a person asks for while another runs waits for its end', async () => {
    await idle(world());
    await world().images.publishApi('2.0');
    const commit = await world().release('platform', apiTag('2.0'), 'Raise api');
    const temporal = await world().temporal();
    const running = await waitFor('a running deployment', async () => (await temporal.keeper()).running?.number, {
      every: 20,
    });
    const asked = await world().cli(['deploy', '--wait', '--reason', 'by hand'], { limit: 90_000 });
    expect(asked).toMatchObject({ status: 0 });
    const [first, second] = [await world().waitForOutcome(running), await world().waitForOutcome(running + 1)];
    expect(first).toMatchObject({ outcome: 'deployed', to: { platform: commit } });
    expect(second).toMatchObject({ outcome: 'up to date', trigger: 'asked', reason: 'by hand' });
    expect(Date.parse(second.startedAt)).toBeGreaterThanOrEqual(Date.parse(first.endedAt));
  });

  it('a frequency that a push changed is in force once it is deployed', async () => {
    const commit = await world().releaseSettings({ frequency: '@every 4s' }, 'Look every four seconds');
    expect(await world().waitForCommit('private', commit)).toMatchObject({ outcome: 'deployed' });
    const temporal = await world().temporal();
    await waitFor('the new frequency', async () => (await temporal.schedule('autodeploy'))?.everySeconds[0] === 4);
    const { at = '' } = (await (await world().recorded()).look()) ?? {};
    await waitFor('a look at its time', async () => ((await (await world().recorded()).look())?.at ?? '') > at);
  });

  it('scenario 15: a repository that cannot be fetched makes the look degraded, and the others are evaluated', async () => {
    await idle(world());
    const before = await touched(world());
    const remote = join(world().dir, 'git', 'repositories', 'private.git');
    await rename(remote, `${remote}.away`);
    const commit = await world().push('platform', readerConfiguration('while=away'), 'Push while private is away');
    const looked = await waitFor('a degraded look', async () => {
      const { stdout } = await world().cli(['check']);
      return stdout.startsWith('degraded') && stdout;
    });
    expect(looked).toMatch(/^ *private +unreachable/m);
    expect(looked).toMatch(/^ *platform +behind .*Push while private is away/m);
    expect((await world().checkedOut()).platform).not.toBe(commit);
    expect(await touched(world())).toEqual(before);

    await rename(`${remote}.away`, remote);
    await world().look();
    expect(await world().waitForCommit('platform', commit)).toMatchObject({ outcome: 'deployed' });
  });

  it('scenario 16: each repository is reached with its key, then the shared one, and an unknown or changed host key is refused', async () => {
    await idle(world());
    const { git, settings } = world().parts;
    const known = join(world().dir, 'known_hosts');
    await writeFile(known, await git.knownHostsLine());
    const strict = [`export BIRDKEEPER_KNOWN_HOSTS='${known}'`];
    const commit = await world().releaseSettings({ extra: strict }, 'Check host keys strictly');
    expect(await world().waitForCommit('private', commit)).toMatchObject({ outcome: 'deployed' });
    await idle(world());
    expect(await check(world())).toMatch(/^up to date/);

    await writeFile(known, '');
    expect(await check(world())).toMatch(/private +unreachable .*host key/i);
    await writeFile(known, await git.knownHostsLine());
    await git.changeHostKey();
    expect(await check(world())).toMatch(/platform +unreachable .*host key/i);
    await writeFile(known, await git.knownHostsLine());
    expect(await check(world())).toMatch(/^up to date/);

    const own = join(settings.keyDirectory, 'private_deploy_key');
    await rename(own, `${own}.away`);
    expect(await check(world())).toMatch(/private +unreachable/);
    await copyFile(`${own}.away`, join(settings.keyDirectory, 'id_rsa_git_ssh_read_only'));
    expect(await check(world())).toMatch(/^up to date/);
    await rename(`${own}.away`, own);
    // What a person does who knows of the new host key; the settings of later tests are not strict.
    await rm(join(world().stateDirectory, 'known_hosts'), { force: true });
  });

  it('scenario 17: an untracked file blocks, is named, stops nothing, and its removal clears the block by itself', async () => {
    await idle(world());
    const before = await touched(world());
    const stray = join(world().parts.checkouts.private, 'notes.txt');
    await writeFile(stray, 'mine\n');
    const commit = await world().release('platform', readerConfiguration('after=stray'), 'Push past a stray file');
    const looked = await waitFor('a blocked look', async () => {
      const { stdout } = await world().cli(['check']);
      return stdout.startsWith('blocked') && stdout;
    });
    expect(looked).toContain('notes.txt');
    const asked = await world().cli(['deploy', '--wait']);
    expect(asked.status).toBe(3);
    expect(asked.stdout).toContain('notes.txt');
    expect(await touched(world())).toEqual(before);

    await rm(stray);
    await world().look();
    expect(await world().waitForCommit('platform', commit)).toMatchObject({ outcome: 'deployed' });
    expect(await world().get('reader')).toBe('after=stray');
  });

  it('scenario 18: one repository that cannot be advanced holds all of them, and the old stack runs on', async () => {
    await idle(world());
    const before = await touched(world());
    const heads = await world().checkedOut();
    const developer = world().parts.developers.private;
    await developer.git('commit', '--quiet', '--amend', '--message', 'Rewritten');
    await developer.git('push', '--quiet', '--force');
    const rewritten = await developer.head();
    const commit = await world().release(
      'platform',
      readerConfiguration('after=rewriting'),
      'Push beside a rewritten one',
    );
    const looked = await waitFor('a blocked look', async () => {
      const { stdout } = await world().cli(['check']);
      return stdout.startsWith('blocked') && stdout;
    });
    expect(looked).toMatch(/private +diverged/);
    expect((await world().cli(['deploy', '--wait'])).status).toBe(3);
    expect(await world().checkedOut()).toEqual(heads);
    expect(await touched(world())).toEqual(before);

    const { env, checkouts } = world().parts;
    await attempt('git', ['reset', '--quiet', '--hard', 'origin/main'], { env, cwd: checkouts.private });
    await world().look();
    const record = await world().waitForCommit('platform', commit);
    expect(record).toMatchObject({ outcome: 'deployed', to: { private: rewritten } });
  });

  it('scenario 20: an env.local with a syntax error touches nothing, and the push that mends it is picked up', async () => {
    await idle(world());
    const before = await touched(world());
    const { settings } = world().parts;
    const good = envLocal(settings)['env.local'] ?? '';
    const concluded = (await world().history()).length;
    await world().release('private', { 'env.local': `${good}if true\n` }, 'Break env.local');
    const record = await waitFor('a failed deployment', async () =>
      (await world().history()).slice(concluded).find(({ outcome }) => outcome === 'failed'),
    );
    expect(record.message).toMatch(/env\.local.* line \d+/);
    expect(await touched(world())).toEqual(before);
    expect(await world().get('web')).toBe('version 1');

    const mended = await world().release('private', { 'env.local': `${good}# mended\n` }, 'Mend env.local');
    expect(await world().waitForCommit('private', mended)).toMatchObject({ outcome: 'deployed' });
    expect(await readFile(join(world().stackDirectory, 'env.local'), 'utf8')).toContain('# mended');
  });

  it('a local change to a tracked file is a person’s: it blocks and stays', async () => {
    await idle(world());
    const compose = join(world().stackDirectory, 'docker-compose.yml');
    const before = await readFile(compose, 'utf8');
    await appendFile(compose, '# tried out here\n');
    await world().release('platform', baseFile({ version: '2' }), 'Second edition');
    await waitFor('a blocked look', async () => (await check(world())).startsWith('blocked'));
    expect(await readFile(compose, 'utf8')).toContain('# tried out here');
    await writeFile(compose, before);
    await world().look();
    await waitFor('the second edition', async () => (await world().get('web')) === 'version 2');
  });

  it('scenario 21: directories, a component and a repository that a push to env.local changes are those of its own deployment', async () => {
    await idle(world());
    const { settings } = world().parts;
    const [keys, log] = [join(world().dir, 'other-keys'), join(world().dir, 'other-log')];
    for (const dir of [keys, log]) await mkdir(dir, { mode: 0o700 });
    for (const key of await readdir(settings.keyDirectory)) {
      await copyFile(join(settings.keyDirectory, key), join(keys, key));
    }
    const third = await addCheckout(world(), keys);
    await world().push('platform', { [`${STACK_FOLDER}/components/added/docker-compose-extra.yml`]: ADDED }, 'Add');
    const extra = [
      'export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ./components/added"',
      `export AUTODEPLOY_EXTRA_REPOS="$AUTODEPLOY_EXTRA_REPOS ${third.dir}"`,
    ];
    const commit = await world().releaseSettings({ keyDirectory: keys, logDirectory: log, extra }, 'Move and add');
    const record = await world().waitForCommit('private', commit);
    expect(record.outcome, record.message).toBe('deployed');
    expect(record.services).toContainEqual(expect.objectContaining({ service: 'added', action: 'recreate' }));
    expect((await world().state()).added?.status).toBe('running');
    expect(await readFile(join(log, 'autodeploy.log'), 'utf8')).toContain(` ${record.number} settle] added: running`);
    expect((await (await world().recorded()).latestRelease())?.commits).toMatchObject({ third: third.commit });
    expect((await world().cli(['check', '--exit-code'])).status).toBe(0);
  });

  it('what all of these runs wrote replays, is small and holds no secret', () => expectSound(world()));
});
