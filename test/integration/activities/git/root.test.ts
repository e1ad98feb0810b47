import { chown, mkdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { repositoryRoot } from '../../../../activities/git/root.js';
import { git, makeScratch, removeScratch } from '../../../support/git-checkout.js';
import { needsRoot } from '../../../support/needs.js';

describe('activities/git/root', () => {
  const options = { signal: new AbortController().signal, timeoutMs: 30_000 };
  /** Whoever asks git under these is told that it could not be started. */
  const withoutGit = { ...options, environment: { PATH: '/nonexistent' } };
  let scratch: string;
  let top: string;
  let deep: string;

  beforeEach(async () => {
    scratch = await makeScratch('root');
    top = join(scratch, 'platform');
    deep = join(top, 'deep', 'er');
    await mkdir(deep, { recursive: true });
    await git(top, ['init', '--quiet']);
    expect(await repositoryRoot(deep, options)).toBe(top);
  });
  afterEach(() => removeScratch(scratch));

  it('is the top of the work tree that holds a directory, and none outside of one', async () => {
    expect(await repositoryRoot(top, options)).toBe(top);
    expect(await repositoryRoot(scratch, options)).toBeUndefined();
    expect(await repositoryRoot(join(scratch, 'nowhere'), options)).toBeUndefined();
  });

  it('is remembered while nothing has changed', async () => {
    expect(await repositoryRoot(deep, withoutGit)).toBe(top);
    await expect(repositoryRoot(join(top, 'deep'), withoutGit)).rejects.toThrow();
  });

  it('is asked for anew when a nearer repository begins, and when it ends', async () => {
    await git(deep, ['init', '--quiet']);
    expect(await repositoryRoot(deep, options)).toBe(deep);
    await rm(join(deep, '.git'), { recursive: true });
    expect(await repositoryRoot(deep, options)).toBe(top);
  });

  it('is asked for anew when the repository is another one, or is gone', async () => {
    await rename(join(top, '.git'), join(scratch, 'former'));
    expect(await repositoryRoot(deep, options)).toBeUndefined();
    await git(top, ['init', '--quiet', '--bare', join(top, '.git')]);
    expect(await repositoryRoot(deep, options)).toBeUndefined();
  });

  it('is asked for anew when its configuration has changed', async () => {
    await git(top, ['config', 'core.bare', 'true']);
    expect(await repositoryRoot(deep, options)).toBeUndefined();
  });

  it('as root, a work tree of mixed owners is an error, not none, also where it was one before', async (context) => {
    needsRoot(context);
    await chown(top, 65534, 65534);
    await expect(repositoryRoot(top, options)).rejects.toThrow('dubious ownership');
    await expect(repositoryRoot(deep, options)).rejects.toThrow('dubious ownership');
  });
});
