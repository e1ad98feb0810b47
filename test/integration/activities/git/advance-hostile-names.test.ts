import { existsSync } from 'node:fs';
import { readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { advance, reverse, type MoveRequest } from '../../../../activities/git/advance.js';
import { FAILURES } from '../../../../activities/shared/failures.js';
import { layOut } from '../../../../activities/git/lay-out.js';
import { observeCheckout } from '../../../../activities/git/observe.js';
import { decideStack } from '../../../../workflows/check-stack/decide.js';
import { commit, git, makeScratch, removeScratch } from '../../../support/git-checkout.js';
import { anObservation } from '../../../support/story.js';
import { makePair } from './checkout-pair.js';

/** Everything but `/` and NUL may stand in the name of a file. */
const FILE_NAMES = [
  ...["it's", 'a"b', '$(touch pwned)', '`touch pwned`', ';touch pwned', '-rf', '--help', '--', '-', 'a b', ' ', 'a '],
  ...['tab\there', 'line\nend', '\n', '\r', '\u001b[31mred', '\u0001', '\u007f', '\u202etxt', '\ufeff', '\u2028'],
  ...['ünï', 'e\u0301', '日本', '😀', '..txt', '...', '~', '*', '?', '[a]', '\\', '\\n', '#', '# branch.head x', '!'],
  ...[':(glob)x', ':', '%s', '{a}', '&', '|', '<x>', '@', '@{upstream}', 'HEAD', '.gitx', 'x'.repeat(255)],
  ...['__proto__', 'constructor', 'CON', 'a=b', '1 .M N... x', '? y', '"quoted"', "'", '^'],
];
/** No UTF-8: what older systems wrote. */
const RAW_NAMES = [Buffer.from('caf\xe9', 'latin1'), Buffer.from([0xff]), Buffer.from('\xe9\n\xff -x', 'latin1')];
/** What git takes for the name of a branch. */
const BRANCHES = [
  ...["it's", 'a"b', '$(touch-pwned)', '`touch-pwned`', ';x', '-x', '--help', '#1', '!x', '%s', '{a}', '&', '|', '<x>'],
  ...[
    'ünï',
    'e\u0301',
    '日本',
    '😀',
    '\u202ex',
    '\u2028',
    'x'.repeat(200),
    'a/b/c',
    'HEAD',
    'origin/main',
    'refs/heads/a',
  ],
  ...['(detached)', '(initial)', '@x', 'x@', '__proto__', "'", ']'],
];

const inDir = (dir: string, name: Buffer): Buffer => Buffer.concat([Buffer.from(`${dir}/`), name]);

describe('activities/git/advance-hostile-names', () => {
  let root: string;
  let dir: string;
  let from: string;
  let to: string;

  beforeAll(async () => {
    root = await makeScratch('hostile-names');
    const files = Object.fromEntries(FILE_NAMES.map((name) => [name, `${name} of to\n`]));
    ({ dir, from } = await makePair(root, { 'a.txt': 'a\n' }, { 'a.txt': 'b\n' }));
    const author = join(root, 'author');
    for (const name of RAW_NAMES) await writeFile(inDir(author, name), 'bytes of to\n');
    to = await commit(author, files, 'names');
    await git(dir, ['fetch', '--quiet', 'origin']);
  }, 60_000);
  afterAll(() => removeScratch(root));

  const signal = new AbortController().signal;
  const request = (more: Partial<MoveRequest> = {}): MoveRequest => ({
    checkout: { name: 'platform', dir },
    guard: { lock: join(root, 'lock'), waitSeconds: 10, limitSeconds: 60 },
    ...{ from, to, interrupted: false, rendered: [], signal, timeoutMs: 30_000 },
    ...more,
  });
  const look = () =>
    observeCheckout({
      ...{ checkout: { name: 'platform', dir }, fetch: false, keys: { ownKnownHosts: join(root, 'known') } },
      ...{ rendered: [], timeoutMs: 30_000, signal },
    });
  const names = async (at: string) => (await readdir(at, { encoding: 'latin1' })).sort();

  it('files of any name are laid out, advanced to and taken back as they are', async () => {
    const target = join(root, 'laid-out');
    await layOut({ checkout: { name: 'platform', dir }, commit: to, target, signal, timeoutMs: 30_000 });
    expect(await git(join(root, 'author'), ['--work-tree', target, 'status', '--porcelain'])).toBe('');
    expect(await advance(request())).toBe('moved');
    expect(await git(dir, ['status', '--porcelain'])).toBe('');
    expect(await names(dir)).toEqual([...(await names(target)), '.git'].sort());
    expect(await look()).toMatchObject({ word: 'up to date', head: to });
    expect(await reverse(request())).toEqual({ result: 'moved' });
    expect((await readdir(dir)).sort()).toEqual(['.git', 'a.txt']);
    expect(existsSync(join(dir, 'pwned'))).toBe(false);
  }, 60_000);

  it('an advance that was interrupted at them ends where an undisturbed one does', async () => {
    for (const name of [...RAW_NAMES, ...FILE_NAMES.slice(0, 10).map((text) => Buffer.from(text))])
      await writeFile(inDir(dir, name), '');
    expect(await advance(request({ interrupted: true }))).toBe('repaired');
    expect([await git(dir, ['rev-parse', 'HEAD']), await git(dir, ['status', '--porcelain'])]).toEqual([to, '']);
    expect(await advance(request({ interrupted: true }))).toBe('already there');
    await reverse(request());
  }, 60_000);

  it.each(RAW_NAMES.map((name) => [name.toString('latin1'), name]))(
    'what a person wrote into %j, whose name is not UTF-8, is not lost',
    async (_, name) => {
      await writeFile(inDir(dir, name), 'of a person\n');
      for (const interrupted of [false, true])
        await expect(advance(request({ interrupted }))).rejects.toMatchObject({
          type: FAILURES.blocked,
          message: expect.stringMatching(/^[^\p{Cc}]+$/u) as string,
        });
      await writeFile(join(dir, '.git', 'info', 'exclude'), '*\n');
      await expect(advance(request())).rejects.toMatchObject({ type: FAILURES.blocked });
      expect(await readFile(inDir(dir, name), 'utf8')).toBe('of a person\n');
      await rm(join(dir, '.git', 'info', 'exclude'));
      await rm(inDir(dir, name));
    },
    60_000,
  );

  it('changed files of any name block, told on one line of bounded length', async () => {
    for (const name of [...RAW_NAMES, ...FILE_NAMES.map((text) => Buffer.from(text))])
      await writeFile(inDir(dir, name), 'of a person\n');
    const seen = await look();
    expect(seen).toMatchObject({ word: 'dirty' });
    expect(seen.files?.length).toBe(21);
    const { reason } = decideStack(anObservation({ checkouts: [seen] }));
    expect(reason).toMatch(/^platform has local changes: [^\p{Cc}\p{Cf}]+ more\.$/u);
    await git(dir, ['clean', '--quiet', '-fdx']);
  }, 60_000);

  it('a checkout is looked at on a branch of any name', async () => {
    await git(dir, ['reset', '--quiet', '--hard', from]);
    for (const name of BRANCHES) {
      await git(dir, ['update-ref', `refs/heads/${name}`, from]);
      await git(dir, ['update-ref', `refs/remotes/origin/${name}`, to]);
      await git(dir, ['config', `branch.${name}.remote`, 'origin']);
      await git(dir, ['config', `branch.${name}.merge`, `refs/heads/${name}`]);
      await git(dir, ['symbolic-ref', 'HEAD', `refs/heads/${name}`]);
      const seen = await look();
      expect(seen).toMatchObject({ word: 'behind', branch: name, upstream: `origin/${name}`, upstreamCommit: to });
    }
    expect(existsSync(join(dir, 'pwned'))).toBe(false);
  }, 120_000);
});
