import { execFile } from 'node:child_process';
import { chown, link, lstat, mkdir, readdir, rm, symlink } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { giveTo, type Given } from '../../../../activities/git/ownership.js';
import {
  commit,
  fingerprint,
  git,
  giveAway,
  makeScratch,
  removeScratch,
  writeFiles,
} from '../../../support/git-checkout.js';
import { needsRoot } from '../../../support/needs.js';

const run = promisify(execFile);
const TO = { uid: 4242, gid: 4343 };

describe('activities/git/ownership', () => {
  let root: string;
  let dir: string;
  let count = 0;

  beforeAll(async () => {
    root = await makeScratch('ownership');
  });
  afterAll(() => removeScratch(root));
  beforeEach(async (context) => {
    needsRoot(context);
    const author = join(root, `author-${(count += 1)}`);
    await mkdir(author);
    await git(author, ['init', '--quiet', '--initial-branch=main']);
    await commit(author, { 'a.txt': 'a', 'sub/deep/b.txt': 'b', '.gitignore': 'data\n*.conf\n' }, 'first');
    dir = join(root, `platform-${count}`);
    await git(root, ['clone', '--quiet', author, dir]);
  });

  const give = (extra: string[] = [], signal = new AbortController().signal): Promise<Given> =>
    giveTo({ name: 'platform', dir }, TO, { timeoutMs: 20_000, signal }, extra);
  const ownerOf = async (path: string) => {
    const { uid, gid } = await lstat(join(dir, path));
    return { uid, gid };
  };

  it('scenario 23: root, tracked files, their directories and the git directory change hands; the second time nothing', async () => {
    await git(dir, ['symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/main']);
    const { changed, sentence } = await give();
    expect(sentence).toBeUndefined();
    expect(changed).toBeGreaterThan(10);
    const inGit = (await readdir(join(dir, '.git'), { recursive: true })).map((path) => join('.git', path));
    for (const path of ['', 'a.txt', 'sub', 'sub/deep', 'sub/deep/b.txt', '.gitignore', '.git', ...inGit]) {
      expect([path, await ownerOf(path)]).toEqual([path, TO]);
    }
    expect(await give()).toEqual({ changed: 0 });
  });

  it('untracked data stays with its owner, extra paths are given', async () => {
    await writeFiles(dir, { 'data/x': '', 'sub/rendered.conf': '', 'sub/other.conf': '' });
    await writeFiles(root, { outside: '' });
    await give([join(dir, 'sub/rendered.conf'), join(root, 'outside'), dir, '/']);
    expect(await ownerOf('sub/rendered.conf')).toEqual(TO);
    for (const path of ['data', 'data/x', 'sub/other.conf', '../outside', '..']) {
      expect([path, await ownerOf(path)]).toEqual([path, { uid: 0, gid: 0 }]);
    }
  });

  it('links are given, never what they lead to', async () => {
    const outside = join(root, `outside-${count}`);
    await writeFiles(outside, { 'deep/b.txt': 'b', target: '' });
    await symlink(join(outside, 'target'), join(dir, 'link'));
    await git(dir, ['add', 'link']);
    await rm(join(dir, 'sub'), { recursive: true });
    await symlink(outside, join(dir, 'sub'));
    await symlink(outside, join(dir, '.git', 'elsewhere'));
    const before = await fingerprint(outside);
    await give([join(dir, 'sub', 'target')]);
    expect(await fingerprint(outside)).toBe(before);
    expect(await ownerOf('link')).toEqual(TO);
    expect(await ownerOf('.git/elsewhere')).toEqual(TO);
  });

  it('a file that has a name elsewhere stays, and is told', async () => {
    await writeFiles(root, { [`secret-${count}`]: 'x' });
    await rm(join(dir, 'a.txt'));
    await link(join(root, `secret-${count}`), join(dir, 'a.txt'));
    const { sentence } = await give();
    expect(sentence).toContain('platform: 1 files that have a second name');
    expect(await ownerOf('a.txt')).toEqual({ uid: 0, gid: 0 });
  });

  it('a mixture of owners, which git itself refuses, is put right', async () => {
    await giveAway(join(dir, 'sub'), 65534);
    await chown(dir, 65534, 65534);
    expect((await give()).changed).toBeGreaterThan(5);
    expect(await ownerOf('sub/deep/b.txt')).toEqual(TO);
  });

  it('a linked work tree is left, and told', async () => {
    const linked = join(root, `linked-${count}`);
    await git(dir, ['worktree', 'add', '--quiet', linked, '-b', 'linked']);
    dir = linked;
    expect(await give()).toEqual({ changed: 0, sentence: expect.stringContaining('linked work tree') as string });
  });

  it('it can be cancelled', async () => {
    await expect(give([], AbortSignal.abort(new Error('cancelled by test')))).rejects.toThrow('cancelled by test');
  });

  it('thousands of files are given once', async () => {
    const folders = Array.from({ length: 200 }, (_, n) => join(dir, 'many', `d${n}`));
    const fill = ['for d; do mkdir -p "$d"; cd "$d"; seq -f "f%g" 20 | xargs touch; done', 'sh', ...folders];
    await run('sh', ['-c', ...fill]);
    await git(dir, ['add', '--all', '.']);
    expect((await give()).changed).toBeGreaterThan(4_000);
    expect(await give()).toEqual({ changed: 0 });
  });
});
