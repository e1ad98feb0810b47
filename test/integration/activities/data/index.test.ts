import { readFile, rename, rm, stat, utimes, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FAILURES } from '../../../../workflows/contract.js';
import { DataWorld } from './data-world.js';

describe('activities/data/index', () => {
  let world: DataWorld;
  beforeEach(async () => {
    world = await DataWorld.make();
  });
  afterEach(() => world.remove());

  it('copies the content of a directory, follows the branch, and deletes what is gone', async () => {
    const first = await world.push('raven', {
      'data/a.nc': 'a',
      'data/deep/b.nc': 'b',
      'data/c.txt': 'c',
      'x.nc': 'x',
    });
    const options = '--include=*/ --include=*.nc --exclude=*';
    const map = { source_dir: './data', dest_dir: world.place('sets/raven'), rsync_extra_opts: options };
    const deploy = [world.entry('raven', { dir_maps: [map] })];
    const entry = { checkout: 'raven', previous: null, changedFiles: 0, maps: 1, actions: 0 };
    expect(await world.run(deploy)).toEqual({ entries: [{ ...entry, commit: first }] });
    expect(await world.tree(world.place('sets/raven'))).toEqual(['a.nc', 'deep', 'deep/b.nc']);

    const second = await world.push('raven', { 'data/a.nc': 'changed', 'data/deep/b.nc': null });
    expect(await world.run(deploy)).toEqual({
      entries: [{ ...entry, commit: second, previous: first, changedFiles: 2 }],
    });
    expect(await world.tree(world.place('sets/raven'))).toEqual(['a.nc']);
    expect(await world.read('places/sets/raven/a.nc')).toBe('changed');
  });

  it('scenario 29: with two entries a failing rsync or post action fails the run, and the rest is done', async () => {
    await world.push('one', { 'data/a': 'a' });
    await world.push('two', { 'data/b': 'b' });
    const map = (name: string) => ({ source_dir: 'data', dest_dir: world.place(name) });
    const good = world.entry('two', { dir_maps: [map('two')], post_actions: [{ action: 'echo done two' }] });

    const broken = { ...map('one'), rsync_extra_opts: '--no-such-option' };
    const rsync = world.run([world.entry('one', { dir_maps: [broken, map('other')] }), good]);
    await expect(rsync).rejects.toMatchObject({ name: 'StepFailure', type: FAILURES.applyFailed });
    await expect(rsync).rejects.toThrow(/entry 1 \(one\), data to \S+one: rsync ended with status 1: .*no-such-option/);
    expect(await world.read('places/other/a')).toBe('a');
    expect(await world.read('places/two/b')).toBe('b');
    expect(world.output).toContain('done two');

    const actions = [{ action: 'exit 3' }, { action: 'echo after' }, { action: 'false' }];
    const action = world.run([world.entry('one', { dir_maps: [map('one')], post_actions: actions }), good]);
    await expect(action).rejects.toMatchObject({ name: 'StepFailure', type: FAILURES.applyFailed });
    await expect(action).rejects.toThrow('entry 1 (one), post action 1 (exit 3) ended with status 3');
    await expect(action).rejects.toThrow('post action 3 (false) ended with status 1');
    expect(world.output).toContain('after');
    expect(world.output.filter((line) => line === 'done two')).toHaveLength(2);
  });

  it('a source that cannot be reached fails the run and leaves the deployed data', async () => {
    await world.push('one', { 'data/a': 'a' });
    const deploy = [world.entry('one', { dir_maps: [{ source_dir: 'data', dest_dir: world.place('one') }] })];
    await world.run(deploy);
    await rename(world.url('one'), world.at('away'));
    const failed = world.run(deploy);
    await expect(failed).rejects.toMatchObject({ name: 'StepFailure', type: FAILURES.notFound });
    await expect(failed).rejects.toThrow(/^entry 1 \(one\): .*stay as they are deployed/);
    await rm(world.clone('one'), { recursive: true });
    await expect(world.run(deploy)).rejects.toMatchObject({ type: FAILURES.notFound });
    expect(await world.read('places/one/a')).toBe('a');
  });

  it('a source directory that is not there empties nothing', async () => {
    await world.push('one', { 'data/a': 'a' });
    const map = { source_dir: 'data', dest_dir: world.place('one') };
    await world.run([world.entry('one', { dir_maps: [map] })]);
    await world.push('one', { 'data/a': null, 'moved/a': 'a' });
    const failed = world.run([world.entry('one', { dir_maps: [map] })]);
    await expect(failed).rejects.toThrow('the repository has no directory data, so nothing was copied');
    expect(await world.read('places/one/a')).toBe('a');
  });

  it("copies nothing to a place that is not the host's, and names each", async () => {
    await world.push('raven', { 'data/a': 'a' });
    const maps = ['one', 'two', 'seen'].map((name) => ({ source_dir: 'data', dest_dir: world.place(name) }));
    const hidden = (path: string) => (path.endsWith('/one') || path.endsWith('/two') ? `${path} is hidden` : undefined);
    const failed = world.run([world.entry('raven', { dir_maps: maps })], { hidden });
    await expect(failed).rejects.toMatchObject({ type: FAILURES.configuration });
    await expect(failed).rejects.toThrow(/^Nothing was done: \S+one is hidden; \S+two is hidden\.$/);
    await expect(world.tree(world.place('seen'))).rejects.toThrow(/ENOENT/);
  });

  it('a file of the same content is not written again', async () => {
    await world.push('one', { 'data/a': 'a' });
    const deploy = [world.entry('one', { dir_maps: [{ source_dir: 'data', dest_dir: world.place('one') }] })];
    await world.run(deploy);
    await utimes(world.place('one/a'), 1_000_000, 1_000_000);
    await world.run(deploy);
    expect((await stat(world.place('one/a'))).mtimeMs).toBe(1_000_000_000);
    await writeFile(world.place('one/a'), 'b');
    await world.run(deploy);
    expect(await readFile(world.place('one/a'), 'utf8')).toBe('a');
  });
});
