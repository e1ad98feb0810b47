import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { unfollowed } from '../../../../activities/git/unfollowed.js';
import { commit, fingerprint, git, giveAway, makeScratch, removeScratch } from '../../../support/git-checkout.js';
import { needsRoot } from '../../../support/needs.js';

describe('activities/git/unfollowed', () => {
  let root: string;
  let dir: string;
  let plain: string;
  let count = 0;

  beforeAll(async () => {
    root = await makeScratch('unfollowed');
  });
  afterAll(() => removeScratch(root));
  beforeEach(async () => {
    dir = join(root, `platform-${(count += 1)}`);
    await mkdir(dir);
    await git(dir, ['init', '--quiet', '--initial-branch=main']);
    plain = await commit(dir, { 'a.txt': 'x', 'data/big.nc': 'pointer', 'data/small.txt': 'x' }, 'first');
  });

  const look = (at: string) =>
    unfollowed({
      checkout: { name: 'platform', dir },
      commit: at,
      timeoutMs: 20_000,
      signal: new AbortController().signal,
    });

  it('a commit of files alone holds nothing of the kind', async () => {
    expect(await look(plain)).toEqual([]);
  });

  it('a submodule is named', async () => {
    await git(dir, ['update-index', '--add', '--cacheinfo', `160000,${plain},data/x`]);
    await git(dir, ['commit', '--quiet', '--message', 'submodule']);
    const told = await look(await git(dir, ['rev-parse', 'HEAD']));
    expect(told).toEqual([expect.stringContaining('platform holds the submodule "data/x", which birdkeeper does not')]);
  });

  it('files in git LFS are named by the attributes of the commit, nested ones too, not by those of the live side', async () => {
    const attributes = {
      '.gitattributes': '*.nc filter=lfs diff=lfs\n',
      'data/.gitattributes': 'small.txt filter=lfs\n',
    };
    const large = await commit(dir, attributes, 'lfs');
    expect(await look(large)).toEqual([
      expect.stringContaining('keeps "data/big.nc" in git LFS'),
      expect.stringContaining('keeps "data/small.txt" in git LFS'),
    ]);
    expect(await look(plain)).toEqual([]);
    await git(dir, ['checkout', '--quiet', plain]);
    expect(await look(large)).toHaveLength(2);
    const undone = await commit(dir, { '.gitattributes': '*.nc filter=lfs\ndata/*.nc -filter\n' }, 'undone');
    expect(await look(undone)).toEqual([]);
  });

  it('many are counted, and the checkout stays as it was', async () => {
    const names = Object.fromEntries(Array.from({ length: 25 }, (_, n) => [`odd\n${n}.nc`, 'x']));
    const many = await commit(dir, { ...names, '.gitattributes': '*.nc filter=lfs\n' }, 'many');
    const before = await fingerprint(dir);
    const told = await look(many);
    expect(told).toHaveLength(11);
    expect(told.at(-1)).toBe('… and 16 more');
    expect(told.join('')).not.toContain('\n');
    expect(await fingerprint(dir)).toBe(before);
  });

  it('as root, in a checkout of a user whom the machine does not know', async (context) => {
    needsRoot(context);
    const large = await commit(dir, { '.gitattributes': '*.nc filter=lfs\n' }, 'lfs');
    await giveAway(dir, 4242);
    expect(await look(large)).toHaveLength(1);
  });
});
