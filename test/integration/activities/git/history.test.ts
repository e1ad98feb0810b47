import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { changesBetween, isReachable, objectIds } from '../../../../activities/git/history.js';
import { FAILURES } from '../../../../activities/shared/failures.js';
import { commit, git, makeScratch, removeScratch } from '../../../support/git-checkout.js';

describe('activities/git/history', () => {
  let root: string;
  let dir: string;
  let from: string;
  let to: string;
  const options = { signal: new AbortController().signal, timeoutMs: 30_000 };
  const checkout = () => ({ name: 'platform', dir });

  beforeAll(async () => {
    root = await makeScratch('history');
    dir = join(root, 'platform');
    await mkdir(dir);
    await git(dir, ['init', '--quiet', '--initial-branch=main']);
    from = await commit(dir, { 'a.txt': 'one\n', 'sub/b.txt': 'two\n', 'odd\nname': 'x' }, 'first');
    for (let n = 1; n <= 11; n += 1) await commit(dir, { 'a.txt': `${n}\n` }, `change ${n}`);
    to = await commit(dir, { 'sub/b.txt': null, 'c d.txt': '' }, `${'ä'.repeat(150)}\u001b[31m`);
  });
  afterAll(() => removeScratch(root));

  it('the newest ten subjects, cut, without control characters, and every path', async () => {
    const changes = await changesBetween(checkout(), from, to, options);
    expect(changes.subjects).toHaveLength(10);
    expect(changes.subjects[0]).toBe(`${'ä'.repeat(99)}…`);
    expect(changes.subjects[1]).toBe('change 11');
    expect(changes).toMatchObject({ filesChanged: 3, paths: ['a.txt', 'c d.txt', 'sub/b.txt'] });
    expect(await changesBetween(checkout(), to, to, options)).toEqual({ subjects: [], filesChanged: 0, paths: [] });
  });

  it('ids of files, directories and the root; undefined for what is not there', async () => {
    const paths = ['a.txt', './sub/', '', '.', 'nowhere', 'sub/../a.txt', '../outside', 'odd\nname', 'x\ny'];
    const ids = await objectIds(checkout(), from, paths, options);
    const id = (path: string) => git(dir, ['rev-parse', `${from}:${path}`]);
    expect([...ids]).toEqual(
      expect.arrayContaining([
        ['a.txt', await id('a.txt')],
        ['./sub/', await id('sub')],
        ['', await id('')],
        ['.', await id('')],
        ['nowhere', undefined],
        ['sub/../a.txt', await id('a.txt')],
        ['../outside', undefined],
        ['odd\nname', await id('odd\nname')],
        ['x\ny', undefined],
      ]),
    );
    expect(ids.size).toBe(paths.length);
    expect(await objectIds(checkout(), from, [], options)).toEqual(new Map());
  });

  it('a commit is reachable from what descends from it, and only then', async () => {
    expect(await isReachable(checkout(), from, 'refs/heads/main', options)).toBe(true);
    expect(await isReachable(checkout(), to, from, options)).toBe(false);
    expect(await isReachable(checkout(), 'e'.repeat(40), 'refs/heads/main', options)).toBe(false);
    expect(await isReachable(checkout(), from, 'refs/remotes/origin/gone', options)).toBe(false);
    await expect(isReachable(checkout(), '--all', 'main', options)).rejects.toMatchObject({ type: FAILURES.badInput });
  });
});
