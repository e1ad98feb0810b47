/** The scheduler as a checkout of birdkeeper itself gives it: built on the host, and deployed by a push to that checkout. */
import { copyFile, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it, onTestFailed, vi, beforeEach } from 'vitest';
import { createBoxed, type Boxed } from '../support/world/boxed.js';
import { Clone } from '../support/world/clone.js';
import { waitFor } from '../support/world/index.js';
import { output } from '../support/world/programs.js';

vi.setConfig({ testTimeout: 900_000, hookTimeout: 1_800_000 });

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** What the image is built of, and the component. */
const BUILT_OF =
  /^(?:package(?:-lock)?\.json|tsconfig(?:\.build)?\.json|Dockerfile|\.dockerignore|CHANGELOG\.md|LICENSE|(?:bin|workflows|activities|worker|client|components|container|docs|scripts)\/.*)$/;

describe('container-built', () => {
  let boxed: Boxed;
  let developer: Clone;

  beforeAll(async () => {
    boxed = await createBoxed({ name: 'built', component: 'none' });
    const { world } = boxed;
    const { dir, env, git, checkouts } = world.parts;
    const { url, pushKeyPath, deployKeyPath } = await git.addRepository('birdkeeper');
    developer = new Clone(join(dir, 'developer', 'birdkeeper'), { url, key: pushKeyPath }, env);
    await developer.found(await ownFiles(env));
    await copyFile(deployKeyPath, join(dir, 'keys', 'birdkeeper_deploy_key'));
    const checkout = join(dir, 'host', 'birdkeeper');
    await new Clone(checkout, { url, key: deployKeyPath }, env).clone();
    await world.pushSettings(
      boxed.settings('', [
        `export AUTODEPLOY_EXTRA_REPOS='${checkouts.private} ${checkout}'`,
        `export EXTRA_CONF_DIRS="$EXTRA_CONF_DIRS ${checkout}/components/scheduler"`,
        "export BIRDKEEPER_HAND_OVER_SECONDS='120'",
      ]),
      'Enable the scheduler',
    );
    await boxed.begin(await boxed.image('1'));
  });
  beforeEach(() => {
    onTestFailed(() => boxed.tellTails());
  });
  afterAll(() => boxed.destroy());

  it('runs an image that was built of the checkout', async () => {
    expect(await boxed.docker('inspect', '--format', '{{.Config.Image}}', boxed.name)).toBe(
      'birdkeeper/scheduler:local',
    );
    expect((await boxed.cli('check')).stdout).toMatch(/^up to date/);
  });

  it('a push to the checkout of birdkeeper is built, and the new worker finishes the deployment', async () => {
    const [former] = await boxed.workers();
    const commit = await developer.push({ 'CHANGELOG.md': '# A later one\n' }, 'Change the program');
    await boxed.world.look();
    const isIt = async () => (await boxed.world.history()).find(({ to }) => to['birdkeeper'] === commit);
    const record = await waitFor('the deployment of the push', isIt, { within: 600_000 });
    expect(record).toMatchObject({ outcome: 'deployed', services: [{ service: 'scheduler' }] });
    expect((await boxed.workers()).map(({ id }) => id)).not.toContain(former?.id);
    expect(await boxed.docker('exec', boxed.name, 'cat', '/usr/local/lib/birdkeeper/CHANGELOG.md')).toBe(
      '# A later one',
    );
  });
});

async function ownFiles(env: Record<string, string>): Promise<Record<string, string>> {
  const listed = await output('git', ['ls-files', '-z'], { env, cwd: ROOT });
  const names = listed.split('\0').filter((name) => BUILT_OF.test(name));
  return Object.fromEntries(
    await Promise.all(names.map(async (name) => [name, await readFile(join(ROOT, name), 'utf8')] as const)),
  );
}
