import {
  chmod,
  lstat,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  readlink,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { layOut } from '../../../../activities/git/lay-out.js';
import { showUntracked, untrackedEntries } from '../../../../activities/git/untracked.js';
import { FAILURES } from '../../../../activities/shared/failures.js';
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

const NOBODY = 65534;

describe('activities/git/lay-out', () => {
  let root: string;
  let dir: string;
  let target: string;
  let first: string;
  let count = 0;

  beforeAll(async () => {
    root = await makeScratch('lay-out');
  });
  afterAll(() => removeScratch(root));
  beforeEach(async () => {
    dir = join(root, `case-${(count += 1)}`, 'platform');
    target = join(root, `case-${count}`, 'staged');
    await mkdir(dir, { recursive: true });
    await git(dir, ['init', '--quiet', '--initial-branch=main']);
    await writeFiles(dir, { 'run.sh': '#!/bin/sh\n' });
    await chmod(join(dir, 'run.sh'), 0o755);
    await symlink('a.txt', join(dir, 'link'));
    first = await commit(dir, { 'a.txt': 'one\n', 'sub/b.txt': 'two\n', '.gitignore': 'env.local\ndata/\n' });
    await commit(dir, { 'a.txt': 'newer\n', 'c.txt': '' });
  });

  const options = { signal: new AbortController().signal, timeoutMs: 30_000 };
  const checkout = () => ({ name: 'platform', dir });
  const lay = (commitId = first) => layOut({ checkout: checkout(), commit: commitId, target, ...options });
  const show = async (limits?: { files: number; bytes: number }) =>
    showUntracked({
      checkout: checkout(),
      entries: await untrackedEntries(checkout(), options),
      target,
      ...options,
      ...(limits ? { limits } : {}),
    });

  it('the tree of a commit that is not checked out, with modes and links', async () => {
    await lay();
    expect((await readdir(target)).sort()).toEqual(['.gitignore', 'a.txt', 'link', 'run.sh', 'sub']);
    expect(await readFile(join(target, 'a.txt'), 'utf8')).toBe('one\n');
    expect(await readlink(join(target, 'link'))).toBe('a.txt');
    expect((await stat(join(target, 'run.sh'))).mode & 0o111).not.toBe(0);
  });

  it('nothing of the operator’s repository or work tree changes', async () => {
    await git(dir, ['config', 'core.splitIndex', 'true']);
    const before = await fingerprint(dir);
    await lay();
    expect(await fingerprint(dir)).toBe(before);
    expect(await git(dir, ['worktree', 'list', '--porcelain'])).not.toContain(target);
  });

  it('filters are those of the commit, not of the live side', async () => {
    const crlf = await commit(dir, { '.gitattributes': '*.txt text eol=crlf\n', 'a.txt': 'x\ny\n' });
    await commit(dir, { '.gitattributes': null });
    await lay(crlf);
    expect(await readFile(join(target, 'a.txt'), 'utf8')).toBe('x\r\ny\r\n');
  });

  it('a sparse checkout is laid out whole', async () => {
    await git(dir, ['sparse-checkout', 'set', '--no-cone', '/a.txt']);
    await lay();
    expect(await readFile(join(target, 'sub', 'b.txt'), 'utf8')).toBe('two\n');
  });

  it('refuses a target with something in it, an unknown commit and what is no commit', async () => {
    await expect(lay('f'.repeat(40))).rejects.toMatchObject({ type: FAILURES.notFound });
    await expect(lay('main')).rejects.toMatchObject({ type: FAILURES.badInput });
    await writeFiles(target, { 'a.txt': 'precious' });
    await expect(lay()).rejects.toThrow('is not empty');
    expect(await readFile(join(target, 'a.txt'), 'utf8')).toBe('precious');
  });

  describe('untracked', () => {
    it('ignored and untracked things, whole directories as one', async () => {
      await writeFiles(dir, { 'env.local': 'A=1\n', 'data/x/y': '', 'data/z': '', 'sub/new': '', 'odd\nname': '' });
      expect((await untrackedEntries(checkout(), options)).sort()).toEqual([
        'data/',
        'env.local',
        'odd\nname',
        'sub/new',
      ]);
    });

    it('small things are copied with mode and as links; large ones are bound, with a placeholder', async () => {
      await lay();
      await writeFiles(dir, { 'env.local': 'A=1\n', 'data/x/y': '1', 'many/1': '', 'many/2': '', 'many/3': '' });
      await writeFiles(dir, { large: 'x'.repeat(2_000) });
      await chmod(join(dir, 'env.local'), 0o600);
      await symlink('/nowhere/at all', join(dir, 'certificate'));
      const shown = await show({ files: 3, bytes: 1_000 });
      expect(shown).toEqual({
        copied: 3,
        collisions: [],
        binds: [
          { live: join(dir, 'large'), staged: join(target, 'large') },
          { live: join(dir, 'many'), staged: join(target, 'many') },
        ],
      });
      expect((await stat(join(target, 'env.local'))).mode & 0o777).toBe(0o600);
      expect(await readlink(join(target, 'certificate'))).toBe('/nowhere/at all');
      expect(await readFile(join(target, 'data', 'x', 'y'), 'utf8')).toBe('1');
      expect((await stat(join(target, 'large'))).size).toBe(0);
      expect(await readdir(join(target, 'many'))).toEqual([]);
    });

    it('a directory with a socket in it is bound, however small', async () => {
      await lay();
      await writeFiles(dir, { 'run/pid': '1' });
      const listener = createServer().listen(join(dir, 'run', 's'));
      try {
        await new Promise((resolve) => listener.once('listening', resolve));
        expect((await show()).binds).toEqual([{ live: join(dir, 'run'), staged: join(target, 'run') }]);
      } finally {
        listener.close();
      }
    });

    it('what the commit has at the same place is kept and named', async () => {
      await git(dir, ['rm', '--quiet', '-r', 'sub', 'a.txt']);
      await git(dir, ['commit', '--quiet', '-m', 'gone']);
      await writeFiles(dir, { 'a.txt': 'live', 'sub/b.txt/deeper': 'live' });
      await lay();
      const shown = await show();
      expect(shown.collisions.sort()).toEqual(['a.txt', 'sub']);
      expect(await readFile(join(target, 'a.txt'), 'utf8')).toBe('one\n');
    });

    it('a link in the staged tree is not followed', async () => {
      await mkdir(join(root, `outside-${count}`));
      await symlink(join(root, `outside-${count}`), join(dir, 'place'));
      const withLink = await commit(dir, { 'x.txt': '' });
      await git(dir, ['rm', '--quiet', 'place']);
      await writeFiles(dir, { 'place/kept.txt': '' });
      await commit(dir, {});
      await writeFile(join(dir, 'place', 'own'), 'own');
      await lay(withLink);
      expect((await show()).collisions).toEqual(['place/own']);
      expect(await readdir(join(root, `outside-${count}`))).toEqual([]);
    });
  });

  for (const [where, place] of [
    ['with staging and scratch on one file system', () => root],
    ['with staging on another one', () => '/dev/shm'],
  ] as const) {
    it(`as root, everything belongs to the owner, also where only root may go: ${where}`, async (context) => {
      needsRoot(context);
      await writeFiles(dir, { 'env.local': 'A=1\n', 'data/x': '', 'fresh/y': '' });
      await giveAway(dir, NOBODY);
      const closed = await mkdtemp(join(place(), 'birdkeeper-closed-'));
      context.onTestFinished(() => rm(closed, { recursive: true }));
      target = join(closed, 'staged');
      await lay();
      await show({ files: 1, bytes: 100 });
      for (const path of ['', 'a.txt', 'sub', 'sub/b.txt', 'link', 'env.local', 'data']) {
        expect([path, (await lstat(join(target, path))).uid]).toEqual([path, NOBODY]);
      }
      expect(await readFile(join(target, 'sub/b.txt'), 'utf8')).toBe('two\n');
    });
  }
});
