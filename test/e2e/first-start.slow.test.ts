/** A host with Docker alone: one command starts the stack and its scheduler, whose mounts then stay what they are. */
import { cp, mkdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, beforeEach, describe, expect, it, onTestFailed, vi } from 'vitest';
import { createBoxed, type Boxed } from '../support/world/boxed.js';
import { Clone } from '../support/world/clone.js';
import { baseFile, waitFor } from '../support/world/index.js';
import { attempt, output } from '../support/world/programs.js';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 1_800_000 });

const COMPONENT = fileURLToPath(new URL('../../components/scheduler/', import.meta.url));

describe('first-start', () => {
  let boxed: Boxed;
  let image: string;
  /** What env.local says besides: the component lies in a checkout of its own, reached over a link that no mount shows. */
  let enabled: string;
  let script: string;

  beforeAll(async () => {
    boxed = await createBoxed({ name: 'first', component: 'none' });
    const { world } = boxed;
    image = await boxed.image('1');
    const place = join(world.dir, 'host/birdkeeper');
    await mkdir(join(place, '.git'), { recursive: true });
    await cp(COMPONENT, join(place, 'components/scheduler'), { recursive: true });
    await mkdir(join(world.dir, 'links'));
    await symlink(place, join(world.dir, 'links/birdkeeper'));
    script = join(place, 'components/scheduler/first-start');
    enabled = `export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ${world.dir}/links/birdkeeper/components/scheduler" BIRDKEEPER_IMAGE='${image}'`;
    await world.pushSettings(boxed.settings('', [enabled]), 'Run the scheduler in a container');
    const { checkouts, env } = world.parts;
    const key = join(world.dir, 'keys/private_deploy_key');
    await new Clone(checkouts.private, { url: '', key }, env).git('pull', '--quiet');
  });
  beforeEach(() => {
    onTestFailed(() => boxed.tellTails());
  });
  afterAll(() => boxed.destroy());

  const firstStart = (...options: string[]) =>
    attempt('/bin/sh', [script, ...options, boxed.world.stackDirectory], {
      env: boxed.world.parts.env,
      limit: 240_000,
    });

  const worker = async () => {
    const workers = await boxed.workers();
    expect(workers).toHaveLength(1);
    return workers[0];
  };

  it('tells what it would run, and runs nothing', async () => {
    const { stdout, status } = await firstStart('--print');
    expect(status).toBe(0);
    expect(stdout).toContain(`${image} deploy --local --stack ${boxed.world.stackDirectory}\n`);
    expect(await boxed.world.containers()).toEqual([]);
  });

  it('starts the stack and a worker that polls', async () => {
    const { stdout, stderr, status } = await firstStart();
    expect({ status, stdout, stderr }).toMatchObject({ status: 0 });
    await waitFor('the worker', async () => (await boxed.cli('status')).status === 0, { within: 90_000 });
    expect(
      await boxed.docker(
        'exec',
        boxed.name,
        'readlink',
        join(boxed.world.dir, 'links/birdkeeper/components/scheduler'),
      ),
    ).toBe(join(boxed.world.dir, 'host/birdkeeper/components/scheduler'));
  });

  it('deploys a push from within, and leaves itself alone', async () => {
    const former = await worker();
    const commit = await boxed.world.release('platform', baseFile({ version: '2' }), 'Say version 2');
    const record = await boxed.world.waitForCommit('platform', commit);
    expect(record).toMatchObject({ outcome: 'deployed' });
    expect(record.services?.map(({ service }) => service)).not.toContain('scheduler');
    expect((await worker())?.id).toBe(former?.id);
  });

  it('mounts another checkout that a push adds, which it could not see', async () => {
    const { world } = boxed;
    const former = await worker();
    const added = join(world.dir, 'host/added');
    await mkdir(added);
    await writeFile(join(added, 'file'), '');
    const git = (...args: string[]) =>
      output('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.org', ...args], {
        env: world.parts.env,
        cwd: added,
      });
    await git('init', '--quiet', '--initial-branch=main');
    await git('add', '--all');
    await git('commit', '--quiet', '--message', 'Begin');
    const more = `export AUTODEPLOY_EXTRA_REPOS="$AUTODEPLOY_EXTRA_REPOS ${added}"`;
    const commit = await world.releaseSettings(boxed.settings('', [enabled, more]), 'Add a checkout');
    expect(await world.waitForCommit('private', commit, { within: 180_000 })).toMatchObject({ outcome: 'deployed' });
    expect((await worker())?.id).not.toBe(former?.id);
    expect(await boxed.docker('exec', boxed.name, 'ls', added)).toBe('file');
  });

  it('has the mounts that the host computes', async () => {
    const { stdout } = await firstStart('--print');
    const computed = [...stdout.matchAll(/--volume (\S+?):\S+/g)].map(([, source]) => source);
    const mounted = await boxed.docker('inspect', '--format', '{{range .Mounts}}{{.Source}} {{end}}', boxed.name);
    expect(mounted.trim().split(' ').sort()).toEqual(computed.sort());
  });
});
