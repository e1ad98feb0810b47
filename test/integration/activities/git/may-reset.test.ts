import { existsSync } from 'node:fs';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { advance, prepareAdvance, reverse, type MoveRequest } from '../../../../activities/git/advance.js';
import { pinRef } from '../../../../activities/git/pin.js';
import { FAILURES } from '../../../../activities/shared/failures.js';
import { commit, fingerprint, git, makeScratch, removeScratch, writeFiles } from '../../../support/git-checkout.js';

describe('activities/git/may-reset', () => {
  let root: string;
  let author: string;
  let dir: string;
  let first: string;
  let second: string;
  let count = 0;

  beforeAll(async () => {
    root = await makeScratch('may-reset');
  });
  afterAll(() => removeScratch(root));

  /** Checkout at the second commit, level with its upstream. */
  beforeEach(async () => {
    const place = join(root, `case-${(count += 1)}`);
    [author, dir] = [join(place, 'author'), join(place, 'platform')];
    await mkdir(author, { recursive: true });
    await git(author, ['init', '--quiet', '--initial-branch=main']);
    first = await commit(author, { 'a.txt': 'one\n', 'old.txt': 'old\n' }, 'first');
    await git(place, ['clone', '--quiet', author, dir]);
    second = await commit(author, { 'a.txt': 'two, longer\n', 'old.txt': null, 'new.txt': 'new\n' }, 'second');
    await git(dir, ['pull', '--quiet']);
  });

  const request = (to: string, overrides: Partial<MoveRequest> = {}): MoveRequest => ({
    checkout: { name: 'platform', dir },
    from: second,
    to,
    moves: 'reset',
    guard: { lock: join(root, 'lock'), waitSeconds: 10, limitSeconds: 60 },
    interrupted: false,
    rendered: [],
    signal: new AbortController().signal,
    timeoutMs: 30_000,
    ...overrides,
  });
  const head = () => git(dir, ['rev-parse', 'HEAD']);
  const porcelain = () => git(dir, ['status', '--porcelain', '--untracked-files=all']);
  const failure = (type: string, text: string) => ({ type, message: expect.stringContaining(text) as string });
  /** Upstream goes on from the first commit. */
  async function rewrite(): Promise<string> {
    await git(author, ['reset', '--hard', '--quiet', first]);
    const made = await commit(author, { 'a.txt': 'rewritten\n' }, 'rewritten');
    await git(dir, ['fetch', '--quiet']);
    return made;
  }

  it('back to an ancestor and forth again, the branch stays checked out', async () => {
    await prepareAdvance(request(first));
    expect(await head()).toBe(second);
    expect(await advance(request(first))).toBe('moved');
    expect([await head(), await porcelain()]).toEqual([first, '']);
    expect(await git(dir, ['symbolic-ref', 'HEAD'])).toBe('refs/heads/main');
    expect(await advance(request(first))).toBe('already there');
    expect(await reverse(request(first))).toEqual({ result: 'moved' });
    expect([await head(), await porcelain()]).toEqual([second, '']);
  });

  it('without the word it stays a fast-forward, which goes to no ancestor', async () => {
    await expect(advance(request(first, { moves: undefined }))).rejects.toMatchObject(
      failure(FAILURES.blocked, 'does not descend'),
    );
  });

  it('to where the upstream was rewritten to', async () => {
    const rewritten = await rewrite();
    expect(await advance(request(rewritten))).toBe('moved');
    expect([await head(), await porcelain()]).toEqual([rewritten, '']);
    expect(await reverse(request(rewritten))).toEqual({ result: 'moved' });
    expect(await head()).toBe(second);
  });

  it('a pin is gone to wherever it lies, from a detached HEAD too, which stays so', async () => {
    await git(author, ['checkout', '--quiet', '--detach', first]);
    const aside = await commit(author, { 'a.txt': 'aside\n' }, 'aside');
    await git(dir, ['fetch', '--quiet', author, `+${aside}:${pinRef('v2')}`]);
    expect(await advance(request(aside, { pin: 'v2' }))).toBe('moved');
    expect(await git(dir, ['symbolic-ref', 'HEAD'])).toBe('refs/heads/main');

    await git(dir, ['checkout', '--quiet', '--detach', second]);
    const from = await fingerprint(dir, (path) => path === '.git');
    expect(await advance(request(aside, { pin: aside }))).toBe('moved');
    expect([await head(), await porcelain()]).toEqual([aside, '']);
    await expect(git(dir, ['symbolic-ref', '--quiet', 'HEAD'])).rejects.toThrow();
    expect(await reverse(request(aside, { pin: aside }))).toEqual({ result: 'moved' });
    expect(await fingerprint(dir, (path) => path === '.git')).toBe(from);
  });

  it('any other commit is refused', async () => {
    await git(author, ['checkout', '--quiet', '--detach', first]);
    const aside = await commit(author, { 'a.txt': 'aside\n' }, 'aside');
    await git(dir, ['fetch', '--quiet', author, `+${aside}:refs/remotes/origin/aside`]);
    const refused = failure(FAILURES.badInput, 'neither what its pin names');
    await expect(prepareAdvance(request(aside))).rejects.toMatchObject(refused);
    await expect(advance(request(aside, { pin: first }))).rejects.toMatchObject(refused);
    await expect(advance(request(aside, { pin: '--all' }))).rejects.toMatchObject(refused);
    expect(await head()).toBe(second);
  });

  it("a person's commits are not taken from the branch", async () => {
    const own = await commit(dir, { 'own.txt': 'mine\n' }, 'own');
    const rewritten = await rewrite();
    for (const to of [first, rewritten]) {
      const how = { from: own, pin: to };
      await expect(prepareAdvance(request(to, how))).rejects.toMatchObject(
        failure(FAILURES.blocked, 'commits that are nowhere else'),
      );
      await expect(advance(request(to, how))).rejects.toMatchObject(failure(FAILURES.blocked, 'would be lost'));
    }
    await expect(advance(request(first))).rejects.toMatchObject(failure(FAILURES.blocked, 'somebody moved it'));
    expect(await head()).toBe(own);
  });

  it.each([
    ['an edited file', { 'a.txt': 'mine\n' }, 'a.txt'],
    ['an edited file that both have', { 'new.txt': 'mine\n' }, 'new.txt'],
    ['an untracked file', { 'mine.txt': 'mine\n' }, 'mine.txt'],
    ['an ignored file where a tracked one would be written', { 'old.txt': 'mine\n' }, 'old.txt'],
  ])('%s blocks, untouched', async (_, files, named) => {
    await writeFile(join(dir, '.git', 'info', 'exclude'), 'old.txt\n');
    await writeFiles(dir, files);
    const before = await fingerprint(dir, (path) => path === '.git');
    await expect(advance(request(first))).rejects.toMatchObject(failure(FAILURES.blocked, named));
    expect(await fingerprint(dir, (path) => path === '.git')).toBe(before);
  });

  it('what a kill left is finished and reversed, detached too; a person\u2019s edit is not', async () => {
    await git(dir, ['checkout', '--quiet', '--detach']);
    const leave = () =>
      writeFiles(dir, {
        'a.txt': 'on',
        'old.txt': '',
        'new.txt': null,
        '.git/index.lock': 'half',
        '.git/HEAD.lock': '',
      });
    const interrupted = request(first, { interrupted: true });
    await leave();
    expect(await advance(interrupted)).toBe('repaired');
    expect([await head(), await porcelain()]).toEqual([first, '']);
    expect(await readFile(join(dir, 'old.txt'), 'utf8')).toBe('old\n');
    await leave();
    expect(await reverse(interrupted)).toEqual({ result: 'repaired' });
    expect([await head(), await porcelain()]).toEqual([second, '']);
    expect(existsSync(join(dir, '.git', 'index.lock'))).toBe(false);
    await writeFiles(dir, { 'a.txt': 'a person was here\n' });
    await expect(advance(interrupted)).rejects.toMatchObject(failure(FAILURES.blocked, 'a.txt'));
  });
});
