import { chmod, mkdir, readFile, rename, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FAILURES } from '../../../../workflows/contract.js';
import { git } from '../../../support/git-checkout.js';
import { needsRoot } from '../../../support/needs.js';
import { DataWorld } from './data-world.js';

describe('activities/data/index', () => {
  let world: DataWorld;
  beforeEach(async () => {
    world = await DataWorld.make();
  });
  afterEach(() => world.remove());

  const SHOW = [
    { action: 'echo "in $PWD"' },
    { action: 'sh -c \'echo "$GIT_PREVIOUS_COMMIT_HASH to $GIT_NEW_COMMIT_HASH"\'' },
    { action: 'echo "$GIT_CHANGED_FILES" | tr "\\t" " "' },
    { action: 'echo "copied:" $(echo "$RSYNC_OUTPUT" | grep -c "^>f")' },
    { action: 'FILE=$CHECKOUT_CACHE/$GIT_CHECKOUT_NAME/data/a\nMODE=${MODE:-none}; cat "$FILE"; echo "$MODE $EXTRA"' },
  ];
  /** What the actions said, without what rsync said before. */
  const shown = () => {
    const lines = world.output.splice(0);
    return lines.slice(lines.findIndex((line) => line.startsWith('in '))).filter((line) => line !== '');
  };

  it('post actions see what changed since the run before, in the root of the clone', async () => {
    const first = await world.push('one', { 'data/a': 'a', 'data/b': 'b' });
    const maps = [{ source_dir: 'data', dest_dir: world.place('one') }];
    const deploy = [world.entry('one', { dir_maps: maps, post_actions: SHOW })];
    const run = () => world.run(deploy, { environment: { EXTRA: 'of the job' } });

    await run();
    const where = `in ${world.clone('one')}`;
    expect(shown()).toEqual([where, ` to ${first}`, 'copied: 2', 'anone of the job']);
    const second = await world.push('one', { 'data/a': 'A', 'data/b': null, 'x y': '' });
    expect((await run()).entries[0]).toMatchObject({ previous: first, commit: second, changedFiles: 3, actions: 5 });
    const changes = ['M data/a', 'D data/b', 'A x y'];
    expect(shown()).toEqual([where, `${first} to ${second}`, ...changes, 'copied: 1', 'Anone of the job']);
    await run();
    expect(shown()).toEqual([where, `${second} to ${second}`, 'copied: 0', 'Anone of the job']);
  });

  it('an action that failed hears of the same changes again, until all of its entry succeeded', async () => {
    const first = await world.push('one', { a: '1' });
    const tell = { action: 'echo "$GIT_PREVIOUS_COMMIT_HASH"' };
    const failing = [world.entry('one', { post_actions: [tell, { action: `test -e ${world.at('allowed')}` }] })];
    await expect(world.run(failing)).rejects.toMatchObject({ type: FAILURES.applyFailed });
    await writeFile(world.at('allowed'), '');
    await world.run(failing);
    await rm(world.at('allowed'));
    await world.push('one', { a: '2' });
    await expect(world.run(failing)).rejects.toThrow('entry 1 (one), post action 2');
    const third = await world.push('one', { a: '3' });
    await writeFile(world.at('allowed'), '');
    expect((await world.run(failing)).entries[0]).toMatchObject({ previous: first, commit: third, changedFiles: 1 });
    expect((await world.run(failing)).entries[0]).toMatchObject({ previous: third, changedFiles: 0 });
    expect(world.output).toEqual(['', '', first, first, third]);
  });

  it('a layout that one entry makes is copied by the next with the same clone', async () => {
    await world.push('site', { 'src/index.html': 'home', 'books/a.ipynb': '{}', 'books/b.ipynb': '{}' });
    const layout = '$CHECKOUT_CACHE/layout';
    const actions = [`rm -r ${layout}`, `mkdir -p ${layout}`, `cp books/*.ipynb ${layout}/`];
    const deploy = [
      world.entry('site', {
        dir_maps: [{ source_dir: 'src', dest_dir: world.place('home') }],
        post_actions: actions.map((action) => ({ action })),
      }),
      world.entry('site', { dir_maps: [{ source_dir: world.at('cache', 'layout'), dest_dir: world.place('hub') }] }),
    ];
    // There is nothing to remove at first: that fails the run, and the rest is done all the same.
    await expect(world.run(deploy)).rejects.toThrow(
      /^One part of the data job failed:\n- entry 1 \(site\), post action 1/,
    );
    expect(await world.tree(world.place('hub'))).toEqual(['a.ipynb', 'b.ipynb']);
    await world.push('site', { 'books/a.ipynb': null });
    expect((await world.run(deploy)).entries).toMatchObject([{ previous: null }, { changedFiles: 1 }]);
    expect(await world.tree(world.place('hub'))).toEqual(['b.ipynb']);
  });

  it('actions start and see everything when thousands of files changed', async () => {
    const names = Array.from({ length: 1500 }, (_, at) => `data/${'long'.repeat(20)}-${at}`);
    await world.push('one', {});
    const count = 'echo $(echo "$GIT_CHANGED_FILES" | wc -l) $(echo "$RSYNC_OUTPUT" | grep -c "^>f")';
    const maps = [{ source_dir: 'data', dest_dir: world.place('one') }];
    const post = [{ action: count }, { action: 'sh -c \'echo "[$GIT_CHANGED_FILES]"\'' }];
    await world.push('one', { 'data/first': '' });
    await world.run([world.entry('one', { dir_maps: maps, post_actions: post })]);
    await world.push('one', Object.fromEntries(names.map((name) => [name, 'x'])));
    world.output.splice(0);
    await world.run([world.entry('one', { dir_maps: maps, post_actions: post })]);
    expect(world.output.slice(-2)).toEqual(['1500 1500', '[]']);
  });

  it('an action that does not end is ended with all that it started', async () => {
    await world.push('one', { a: '' });
    const action = `(sleep 3; touch ${world.at('late')}) & sleep 60`;
    const run = world.run([world.entry('one', { post_actions: [{ action }] })], { actionLimitSeconds: 1 });
    await expect(run).rejects.toThrow('did not end within 1 s and was ended');
    await new Promise((resolve) => setTimeout(resolve, 3_500));
    await expect(stat(world.at('late'))).rejects.toThrow('ENOENT');
  });

  it('a run that is cancelled stops at once and records nothing', async () => {
    await world.push('one', { a: '' });
    const controller = new AbortController();
    const deploy = [world.entry('one', { post_actions: [{ action: 'echo begun; sleep 60' }] })];
    const run = world.run(deploy, {}, { signal: controller.signal });
    const stopped = expect(run).rejects.toThrow('told to');
    while (!world.output.includes('begun')) await new Promise((resolve) => setTimeout(resolve, 20));
    controller.abort(new Error('told to'));
    await stopped;
    const [after] = (await world.run([world.entry('one')])).entries;
    expect(after).toMatchObject({ previous: null });
  });

  it('secrets of the job and of addresses are in neither log nor message', async () => {
    await world.push('one', { a: '' });
    const post = [{ action: 'echo "token $API_TOKEN"; echo "https://user:hunter2@host" >&2; exit 1' }];
    const run = world.run([world.entry('one', { post_actions: post })], { environment: { API_TOKEN: 'opensesame' } });
    await expect(run).rejects.toThrow(/status 1: token ‹redacted› \| https:\/\/‹redacted›@host/);
    expect(world.output.join('\n')).not.toMatch(/opensesame|hunter2/);
  });

  it('what upstream deployed out of its clone is where the changes begin', async () => {
    const first = await world.push('one', { a: '1' });
    await mkdir(world.at('cache'));
    await git(world.root, ['clone', '--quiet', world.url('one'), world.clone('one')]);
    const second = await world.push('one', { a: '2' });
    const deploy = [world.entry('one', { branch: 'main' })];
    expect((await world.run(deploy)).entries[0]).toMatchObject({ previous: first, commit: second, changedFiles: 1 });
    expect((await world.run(deploy)).entries[0]).toMatchObject({ previous: second, changedFiles: 0 });
  });

  it('a commit that is gone, or a record that cannot be read, is as the first time', async () => {
    await world.push('one', { a: '1' });
    await world.run([world.entry('one')]);
    await rename(world.url('one'), world.at('away'));
    await rename(world.at('author-one'), world.at('author-away'));
    await rm(world.clone('one'), { recursive: true });
    const other = await world.push('one', { b: '1' });
    expect((await world.run([world.entry('one')])).entries[0]).toMatchObject({ previous: null, commit: other });
    expect(world.warnings.join()).toContain('gone from the repository');
    for (const name of await world.tree(world.at('state', 'data')))
      await writeFile(world.at('state', 'data', name), '{');
    expect((await world.run([world.entry('one')])).entries[0]).toMatchObject({ previous: null });
  });

  describe('places', () => {
    const to = (place: string, source = 'data') => [
      world.entry('one', { dir_maps: [{ source_dir: source, dest_dir: place }] }),
    ];
    beforeEach(async () => {
      await world.push('one', { 'data/a': 'a' });
    });

    it('a link that leads to the clones or the state does not hide them', async () => {
      await symlink(world.root, world.place('link'));
      await expect(world.run(to(world.place('link')))).rejects.toThrow('holds the clone');
      await expect(world.run(to(world.place('link', 'state')))).rejects.toThrow('the state of birdkeeper');
      await expect(world.run(to(world.place('link', 'state', 'new')))).rejects.toThrow('lies in the state');
    });

    it('a source is not copied over itself', async () => {
      await mkdir(world.place('made/inner'), { recursive: true });
      await expect(world.run(to(world.place('made'), world.place('made/inner')))).rejects.toThrow('holds the source');
      expect(await world.tree(world.place('made'))).toEqual(['inner']);
    });

    it('a link of the repository does not lead out of it', async () => {
      await mkdir(world.at('secret'));
      await symlink(world.at('secret'), world.at('author-one', 'out'));
      await symlink('data', world.at('author-one', 'in'));
      await world.push('one', {});
      await expect(world.run(to(world.place('x'), 'out'))).rejects.toThrow('leads out of the repository');
      await world.run(to(world.place('x'), 'in'));
      expect(await world.tree(world.place('x'))).toEqual(['a']);
    });

    it('another clone of the job is reached beside this one', async () => {
      await world.push('two', { 'data/b': 'b' });
      await world.run([world.entry('two'), ...to(world.place('x'), '../two/data')]);
      expect(await world.tree(world.place('x'))).toEqual(['b']);
    });

    it('belong to the owner that is told, and what is not his stays', async (context) => {
      needsRoot(context);
      await chmod(world.root, 0o755);
      const environment = { DEPLOY_DATA_RSYNC_USER_GRP: '1234:1235' };
      const before = process.umask(0o077);
      try {
        await world.run(to(world.place('above/sets')), { environment });
      } finally {
        process.umask(before);
      }
      const owners = async (path: string) => {
        const { uid, gid, mode } = await stat(world.place(path));
        return [uid, gid, (mode & 0o777).toString(8)];
      };
      expect(await owners('above')).toEqual([0, 0, '755']);
      expect(await owners('above/sets')).toEqual([1234, 1235, '755']);
      expect(await owners('above/sets/a')).toEqual([1234, 1235, '644']);

      await mkdir(world.place('roots'));
      await writeFile(world.place('roots/mine'), 'root');
      await expect(world.run(to(world.place('roots')), { environment })).rejects.toThrow(/rsync ended with status 23/);
      expect(await readFile(world.place('roots/mine'), 'utf8')).toBe('root');
    });
  });
});
