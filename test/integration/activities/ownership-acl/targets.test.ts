import { mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { checkoutAround, findTargets } from '../../../../activities/ownership-acl/targets.js';
import { git } from '../../../support/git-checkout.js';

let dir: string;
beforeEach(async () => {
  dir = await realpath(await mkdtemp(join(tmpdir(), 'bk-test-targets-')));
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const person = { uid: 1000, name: 'ann' };
const named = (...paths: string[]) => paths.map((path) => ({ path, why: 'as given' }));

describe('activities/ownership-acl/targets', () => {
  it('finds the checkout around a directory without git, and takes no empty .git for one', async () => {
    await mkdir(join(dir, 'platform', 'inner', '.git'), { recursive: true });
    await git(join(dir, 'platform'), ['init', '--quiet']);
    await symlink('platform/inner', join(dir, 'link'));
    for (const place of ['platform', 'platform/inner', 'link']) {
      expect(await checkoutAround(join(dir, place))).toBe(join(dir, 'platform'));
    }
    expect(await checkoutAround(dir)).toBeUndefined();
    expect(await checkoutAround(join(dir, 'gone'))).toBeUndefined();
  });

  it('refuses a directory that holds the ssh keys of who asks, and takes one beside them', async () => {
    await mkdir(join(dir, 'home', '.ssh'), { recursive: true });
    await mkdir(join(dir, 'home', 'platform'));
    const home = join(dir, 'home');
    const { targets } = await findTargets(named(dir, join(home, 'platform')), { ...person, home });
    expect(targets).toMatchObject([{ refused: expect.stringContaining(`${home}/.ssh lies in it`) as string }, {}]);
    expect(targets[1]).toEqual({ path: join(home, 'platform'), why: 'as given' });
  });

  it('warns of a linked work tree, whose git directory lies elsewhere', async () => {
    await writeFile(join(dir, '.git'), 'gitdir: /elsewhere\n');
    const { targets, warnings } = await findTargets(named(dir), person);
    expect(targets).toEqual([{ path: dir, why: 'as given' }]);
    expect(warnings).toEqual([expect.stringContaining('is a linked work tree')]);
  });

  it('takes a file', async () => {
    await writeFile(join(dir, 'file'), '');
    expect((await findTargets(named(join(dir, 'file')), person)).targets).toHaveLength(1);
  });
});
