import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createDataGit } from '../../../../activities/git/data-clone.js';
import { localStep, type Step } from '../../../../activities/shared/step.js';
import { commit, git, makeScratch, removeScratch } from '../../../support/git-checkout.js';

describe('activities/git/data-clone', () => {
  let root: string;
  let warnings: string[];
  let step: Step;
  beforeEach(async () => {
    root = await makeScratch('data-clone');
    await git(root, ['init', '--quiet', '--initial-branch=main', 'author']);
    await git(root, ['init', '--quiet', '--bare', '--initial-branch=main', 'origin.git']);
    await git(author(), ['remote', 'add', 'origin', origin()]);
    warnings = [];
    const note = (message: string, fields?: object) => warnings.push(`${message} ${JSON.stringify(fields)}`);
    step = localStep({ log: { output: () => undefined, info: () => undefined, warn: note } });
  });
  afterEach(() => removeScratch(root));

  const author = () => join(root, 'author');
  const origin = () => join(root, 'origin.git');
  const clone = () => join(root, 'cache', 'data');
  const dataGit = () =>
    createDataGit({
      keys: { ownKnownHosts: join(root, 'known_hosts') },
      timeoutMs: 20_000,
      transferSeconds: 60,
      lockWaitSeconds: 1,
      environment: { PATH: process.env['PATH'] ?? '' },
    });
  const refresh = (branch = 'origin/main', url = origin()) =>
    dataGit().refresh({ url, branch, clone: clone(), identityFile: undefined, lock: join(root, 'lock') }, step);
  async function push(files: Record<string, string | null>, branch = 'main'): Promise<string> {
    const head = await commit(author(), files);
    await git(author(), ['push', '--quiet', '--force', '--tags', 'origin', `HEAD:refs/heads/${branch}`]);
    return head;
  }

  it('clones, and later follows the branch with nothing untracked or changed left', async () => {
    const first = await push({ 'a.txt': 'one\n', '.gitignore': '*.o\n' });
    expect(await refresh()).toEqual({ commit: first, adopted: undefined });
    await writeFile(join(clone(), 'a.txt'), 'edited\n');
    await writeFile(join(clone(), 'x.o'), 'ignored\n');
    await mkdir(join(clone(), 'sub'));
    await writeFile(join(clone(), 'sub', 'untracked'), '');
    const second = await push({ 'b.txt': 'b\n' });
    expect(await refresh()).toEqual({ commit: second, adopted: undefined });
    expect((await readdir(clone())).sort()).toEqual(['.git', '.gitignore', 'a.txt', 'b.txt']);
    expect(await readFile(join(clone(), 'a.txt'), 'utf8')).toBe('one\n');
    expect(await dataGit().changedFiles({ clone: clone(), from: first, to: second }, step)).toBe('A\tb.txt');
    expect(warnings).toEqual([]);
  });
});
