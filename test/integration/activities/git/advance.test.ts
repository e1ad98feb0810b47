import { spawn } from 'node:child_process';
import { chmod, lstat, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { advance, prepareAdvance, reverse, type MoveRequest } from '../../../../activities/git/advance.js';
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
import { FROM, makePair, TO } from './checkout-pair.js';
import { needsRoot } from '../../../support/needs.js';

const NOBODY = 65534;

describe('activities/git/advance', () => {
  let root: string;
  let dir: string;
  let from: string;
  let to: string;
  let count = 0;

  beforeAll(async () => {
    root = await makeScratch('advance');
  });
  afterAll(() => removeScratch(root));

  beforeEach(async () => {
    ({ dir, from, to } = await makePair(join(root, `case-${(count += 1)}`), FROM, TO));
  });

  const request = (overrides: Partial<MoveRequest> = {}): MoveRequest => ({
    checkout: { name: 'platform', dir },
    from,
    to,
    guard: { lock: join(root, 'lock'), waitSeconds: 10, limitSeconds: 60 },
    interrupted: false,
    rendered: [],
    signal: new AbortController().signal,
    timeoutMs: 30_000,
    ...overrides,
  });
  const head = () => git(dir, ['rev-parse', 'HEAD']);
  const porcelain = () => git(dir, ['status', '--porcelain', '--untracked-files=all']);
  const blocked = (text: string) => ({ type: FAILURES.blocked, message: expect.stringContaining(text) as string });
  const isGit = (path: string) => path === '.git';

  it('moves forward, the second time has nothing to do, and moves back', async () => {
    await prepareAdvance(request());
    expect(await advance(request())).toBe('moved');
    expect([await head(), await porcelain()]).toEqual([to, '']);
    expect(await git(dir, ['symbolic-ref', 'HEAD'])).toBe('refs/heads/main');
    expect(await advance(request())).toBe('already there');
    expect(await advance(request({ interrupted: true }))).toBe('already there');

    expect(await reverse(request())).toEqual({ result: 'moved' });
    expect([await head(), await porcelain()]).toEqual([from, '']);
    expect(await reverse(request({ interrupted: true }))).toEqual({ result: 'already there' });
  });

  it('hooks of the checkout do not run', async () => {
    await writeFile(join(dir, '.git', 'hooks', 'post-merge'), '#!/bin/sh\ntouch hook-ran\n', { mode: 0o755 });
    await advance(request());
    expect(existsSync(join(dir, 'hook-ran'))).toBe(false);
  });

  it('a commit that is not reachable from the upstream is refused', async () => {
    await git(dir, ['checkout', '--quiet', '-b', 'side']);
    const side = await commit(dir, { 'x.txt': 'x' }, 'side');
    await git(dir, ['checkout', '--quiet', 'main']);
    await expect(advance(request({ to: side }))).rejects.toMatchObject({ type: FAILURES.badInput });
    await expect(advance(request({ to: '--help' }))).rejects.toMatchObject({ type: FAILURES.badInput });
    expect(await head()).toBe(from);
  });

  it('a commit that does not descend from the former one is refused', async () => {
    await git(dir, ['reset', '--hard', '--quiet', to]);
    await expect(advance(request({ from: to, to: from }))).rejects.toMatchObject(blocked('does not descend'));
  });

  it.each([
    ['an edited file', { 'a.txt': 'mine\n' }, 'a.txt'],
    ['an emptied file', { 'a.txt': '' }, 'a.txt'],
    ['a deleted file', { 'a.txt': null }, 'a.txt'],
    ['an untracked file', { 'mine.txt': 'mine\n' }, 'mine.txt'],
    ['an ignored file where a tracked one would be written', { 'env.local': 'mine\n' }, 'env.local'],
  ])('%s blocks an advance that nothing interrupted, untouched', async (_, files, named) => {
    await writeFiles(dir, files);
    const before = await fingerprint(dir, isGit);
    await expect(prepareAdvance(request())).rejects.toMatchObject(blocked(named));
    await expect(advance(request())).rejects.toMatchObject(blocked(named));
    expect(await fingerprint(dir, isGit)).toBe(before);
    expect(await head()).toBe(from);
  });

  it('an untracked file that we rendered is nobody’s change', async () => {
    await writeFiles(dir, { 'made.conf': 'rendered\n' });
    expect(await advance(request({ rendered: [join(dir, 'made.conf')] }))).toBe('moved');
  });

  it('a lock of somebody blocks and is left', async () => {
    const lock = join(dir, '.git', 'index.lock');
    await writeFile(lock, '');
    await expect(advance(request())).rejects.toMatchObject(blocked(lock));
    expect(existsSync(lock)).toBe(true);
  });

  it('while a command of ours holds the lock it says busy', async () => {
    const lock = join(root, 'held');
    const holder = spawn('flock', [lock, 'sh', '-c', 'echo held; exec cat'], { stdio: ['pipe', 'pipe', 'ignore'] });
    try {
      await new Promise((resolve) => holder.stdout.once('data', resolve));
      const guard = { lock, waitSeconds: 0, limitSeconds: 10 };
      await expect(advance(request({ guard }))).rejects.toMatchObject({ type: FAILURES.busy });
      expect(await head()).toBe(from);
    } finally {
      holder.stdin.end();
    }
  });

  describe('back', () => {
    beforeEach(async () => {
      await advance(request());
    });

    it('leaves alone what a person edited, committed or detached', async () => {
      await writeFiles(dir, { 'a.txt': 'mine\n' });
      expect(await reverse(request())).toMatchObject({
        result: 'left alone',
        reason: expect.stringContaining('a.txt') as string,
      });
      expect(await readFile(join(dir, 'a.txt'), 'utf8')).toBe('mine\n');

      const own = await commit(dir, {}, 'a hot fix');
      const left = await reverse(request());
      expect(left).toMatchObject({ result: 'left alone', reason: expect.stringContaining(own.slice(0, 12)) as string });
      expect(await head()).toBe(own);

      await git(dir, ['checkout', '--quiet', '--detach', to]);
      expect(await reverse(request())).toMatchObject({ result: 'left alone' });
    });

    it('leaves alone a file that lies where the former release has one', async () => {
      await writeFiles(dir, { 'gone.txt': 'a person needs this\n', '.git/info/exclude': 'gone.txt\n' });
      const left = await reverse(request());
      expect(left).toMatchObject({ result: 'left alone', reason: expect.stringContaining('gone.txt') as string });
      expect(await readFile(join(dir, 'gone.txt'), 'utf8')).toBe('a person needs this\n');
    });

    it('untracked files beside do not keep the bad release in place, and stay', async () => {
      await writeFiles(dir, { 'written-by-a-container.log': 'x\n' });
      expect(await reverse(request())).toEqual({ result: 'moved' });
      expect(await head()).toBe(from);
      expect(existsSync(join(dir, 'written-by-a-container.log'))).toBe(true);
    });
  });

  describe('interrupted', () => {
    const interrupted = () => request({ interrupted: true });

    /** Every way in which a kill was seen to leave a file, in one checkout. */
    async function leaveHalfWritten(): Promise<void> {
      await writeFiles(dir, {
        'a.txt': '',
        'sub/b.txt': 'b of to, ',
        'added.txt': 'added, lo',
        'gone.txt': null,
        'becomes-dir': null,
        'becomes-dir/file': '',
        '.git/index.lock': 'half an ind',
        '.git/HEAD.lock': '',
        '.git/refs/heads/main.lock': to,
      });
    }

    it('files cut short, emptied or absent and stale locks are ours: finished', async () => {
      await leaveHalfWritten();
      expect(await advance(interrupted())).toBe('repaired');
      await expectClean(to);
      expect(await readFile(join(dir, 'a.txt'), 'utf8')).toBe(TO['a.txt']);
    });

    it('and reversed', async () => {
      await leaveHalfWritten();
      expect(await reverse(interrupted())).toEqual({ result: 'repaired' });
      await expectClean(from);
    });

    it('an index or a branch that moved alone is finished and reversed too', async () => {
      await git(dir, ['read-tree', to]);
      expect(await advance(interrupted())).toBe('repaired');
      await expectClean(to);
      await git(dir, ['read-tree', from]);
      expect(await reverse(interrupted())).toEqual({ result: 'repaired' });
      await expectClean(from);
    });

    it.each([
      ['in a file that the commits change', { 'a.txt': 'a of to, and an edit' }, 'a.txt'],
      ['in a file that they do not', { 'same.txt': 'mine\n' }, 'same.txt'],
      ['as a new file', { 'mine.txt': 'mine\n' }, 'mine.txt'],
      ['in an ignored file that becomes tracked', { 'env.local': 'SECRET=1\n' }, 'env.local'],
    ])("a person's edit %s blocks, named, and nothing is touched", async (_, files, named) => {
      await leaveHalfWritten();
      await writeFiles(dir, files);
      const before = await fingerprint(dir);
      await expect(advance(interrupted())).rejects.toMatchObject(blocked(named));
      expect(await fingerprint(dir)).toBe(before);
    });

    it('a link that a person put in the place of a directory is not followed', async () => {
      const outside = join(root, `outside-${count}`);
      await writeFiles(outside, { 'b.txt': '' });
      await removeScratch(join(dir, 'sub'));
      await symlink(outside, join(dir, 'sub'));
      await expect(advance(interrupted())).rejects.toMatchObject(blocked('sub'));
      expect(await readFile(join(outside, 'b.txt'), 'utf8')).toBe('');
    });

    it('what somebody staged blocks', async () => {
      await writeFiles(dir, { 'a.txt': 'staged\n' });
      await git(dir, ['add', 'a.txt']);
      await writeFiles(dir, { 'a.txt': FROM['a.txt'] ?? '' });
      await expect(advance(interrupted())).rejects.toMatchObject(blocked('staged'));
    });

    it("a lock while somebody's git works here is waited for", async () => {
      await writeFile(join(dir, '.git', 'index.lock'), '');
      const working = spawn('git', ['cat-file', '--batch'], { cwd: dir, stdio: ['pipe', 'pipe', 'ignore'] });
      try {
        working.stdin.write('HEAD\n');
        await new Promise((resolve) => working.stdout.once('data', resolve));
        await expect(advance(interrupted())).rejects.toMatchObject({ type: FAILURES.busy });
        expect(existsSync(join(dir, '.git', 'index.lock'))).toBe(true);
      } finally {
        const ended = new Promise((resolve) => working.once('exit', resolve));
        working.stdin.end();
        await ended;
      }
      expect(await advance(interrupted())).toBe('repaired');
    });

    it('content is compared through the filters of git', async () => {
      const pair = await makePair(
        join(root, `crlf-${count}`),
        { '.gitattributes': '*.txt text eol=crlf\n', 'a.txt': 'one\ntwo\n' },
        { 'a.txt': 'one\ntwo\nthree\n' },
      );
      ({ dir, from, to } = pair);
      await writeFiles(dir, { 'a.txt': 'one\r\ntwo\r\nthr' });
      expect(await advance(interrupted())).toBe('repaired');
      expect(await readFile(join(dir, 'a.txt'), 'utf8')).toBe('one\r\ntwo\r\nthree\r\n');
    });

    async function expectClean(at: string): Promise<void> {
      expect([await head(), await porcelain()]).toEqual([at, '']);
      expect(await git(dir, ['diff', '--stat', at])).toBe('');
      for (const lock of ['index.lock', 'HEAD.lock', 'refs/heads/main.lock']) {
        expect(existsSync(join(dir, '.git', lock))).toBe(false);
      }
    }
  });

  it('as root, files keep their owner and the owner finishes what was killed', async (context) => {
    needsRoot(context);
    await giveAway(dir, NOBODY);
    expect(await advance(request())).toBe('moved');
    for (const path of ['a.txt', 'added.txt', '.git/index', '.git/refs/heads/main']) {
      expect((await lstat(join(dir, path))).uid).toBe(NOBODY);
    }
    await writeFile(join(dir, '.git', 'index.lock'), '');
    await writeFile(join(dir, 'added.txt'), '');
    expect(await reverse(request({ interrupted: true }))).toEqual({ result: 'repaired' });
    expect((await stat(join(dir, 'a.txt'))).uid).toBe(NOBODY);
  });

  it('as root, the lock may lie where only root can go', async (context) => {
    needsRoot(context);
    await giveAway(dir, NOBODY);
    const closed = join(root, `closed-${count}`);
    await mkdir(closed);
    await chmod(closed, 0o700);
    const guard = { lock: join(closed, 'lock'), waitSeconds: 5, limitSeconds: 60 };
    expect(await advance(request({ guard }))).toBe('moved');
  });
});
