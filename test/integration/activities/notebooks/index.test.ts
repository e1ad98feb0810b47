import { chmod, mkdir, readdir, rename, stat, symlink, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { deployNotebooks, type NotebookRequest } from '../../../../activities/notebooks/index.js';
import { localStep } from '../../../../activities/shared/step.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { notebook, NotebookWorld } from './notebook-world.js';

describe('activities/notebooks/index', () => {
  let world: NotebookWorld;
  beforeEach(async ({ onTestFinished }) => {
    world = await NotebookWorld.make();
    onTestFinished(() => world.remove());
  });
  afterEach(async () => {
    // Whatever happens, the files of users beside the notebooks are theirs.
    expect(await readdir(world.at('hub', 'alice'))).toEqual(['mine.ipynb']);
  });
  const request = (changes: Partial<NotebookRequest> = {}) =>
    world.request({ source: { url: world.at('source'), branch: 'main' }, ...changes });
  const deploy = (changes: Partial<NotebookRequest> = {}) => deployNotebooks(request(changes), localStep());

  it('deploys and is up to date until the next push; the directory stays the same one', async () => {
    const first = await world.push({
      'a.ipynb': notebook('one'),
      'deep/er/b.ipynb': notebook('b'),
      'data.csv': '1,2\n',
    });
    const sources = (commit: string) => [{ name: 'notebooks', commit }];
    const facts = { notebooks: 2, commit: first, sources: sources(first) };
    expect(await deploy()).toEqual({ outcome: 'deployed', ...facts });
    expect(await world.deployed()).toEqual(['a.ipynb', 'data.csv', 'deep/er/b.ipynb']);
    expect(await world.beside()).toEqual(['.tutorials.birdkeeper', 'alice', 'tutorials']);
    expect(await deploy()).toEqual({ outcome: 'up to date', ...facts });
    const { ino } = await stat(world.target());

    await world.git('source', 'rm', '--quiet', 'deep/er/b.ipynb');
    const second = await world.push({ 'a.ipynb': notebook('two') });
    const after = { notebooks: 1, commit: second, sources: sources(second) };
    expect(await deploy()).toEqual({ outcome: 'deployed', ...after });
    expect(await world.read('a.ipynb')).toBe(notebook('two'));
    expect(await readdir(world.target())).toEqual(['a.ipynb', 'data.csv']);
    expect((await stat(world.target())).ino).toBe(ino);
    expect(await readdir(world.work())).toEqual(['record.json', 'trees']);
  });

  it('a commit that changes nothing deploys nothing', async () => {
    await world.push({ 'a.ipynb': notebook('one') });
    await deploy();
    const { mtimeMs } = await stat(world.target('a.ipynb'));
    const commit = await world.push({});
    expect(await deploy()).toMatchObject({ outcome: 'up to date', commit });
    expect((await stat(world.target('a.ipynb'))).mtimeMs).toBe(mtimeMs);
  });

  it('keeps as many former trees as told', async () => {
    for (const text of ['one', 'two', 'three', 'four']) {
      await world.push({ 'a.ipynb': notebook(text) });
      await deploy({ keep: 1 });
    }
    expect(await world.kept()).toBe(2);
  });

  it('what lay there before us is replaced, as upstream does, and kept', async () => {
    await world.write('hub/tutorials', { 'old.ipynb': notebook('old'), 'deep/old.ipynb': notebook('old') });
    await world.push({ 'a.ipynb': notebook('one') });
    expect(await deploy()).toMatchObject({ outcome: 'deployed' });
    expect(await world.deployed()).toEqual(['a.ipynb']);
    expect(await world.kept()).toBe(2);
  });

  it('what others put among the notebooks later stays; what they changed is put right and kept', async () => {
    await world.push({ 'a.ipynb': notebook('one'), 'deep/b.ipynb': notebook('b') });
    await deploy();
    await world.write('hub/tutorials', { 'a.ipynb': notebook('changed'), 'deep/theirs.txt': 'theirs' });
    expect(await deploy()).toMatchObject({ outcome: 'deployed', notebooks: 2 });
    expect(await world.read('a.ipynb')).toBe(notebook('one'));
    expect(await world.kept()).toBe(2);
    await world.git('source', 'rm', '--quiet', '-r', 'deep');
    await world.push({ 'a.ipynb': notebook('two') });
    await deploy();
    expect(await world.deployed()).toEqual(['a.ipynb', 'deep/theirs.txt']);
  });

  it('users can read what the umask of the worker would hide, and nobody but the owner can write it', async () => {
    const before = process.umask(0o077);
    const { uid, gid } = userInfo();
    const owner = uid === 0 ? { uid: 4321, gid: 4322 } : { uid, gid };
    try {
      await world.push({ 'deep/a.ipynb': notebook('one'), 'run.sh': '#!/bin/sh\n' });
      await chmod(world.at('source', 'run.sh'), 0o755);
      await chmod(world.at('source', 'deep/a.ipynb'), 0o777);
      await world.push({});
      await deploy({ owner });
    } finally {
      process.umask(before);
    }
    const access = async (path: string) => {
      const found = await stat(world.target(path));
      return [found.mode & 0o777, found.uid, found.gid];
    };
    for (const [path, mode] of [
      ['', 0o755],
      ['deep', 0o755],
      ['deep/a.ipynb', 0o644],
      ['run.sh', 0o755],
    ] as const) {
      expect(await access(path), path).toEqual([mode, owner.uid, owner.gid]);
    }
    expect((await stat(world.work())).mode & 0o777).toBe(0o700);
    await deploy();
    expect(await access('deep/a.ipynb')).toEqual([0o644, uid, gid]);
  });

  describe('scenario 29: leaves the deployed ones and fails', () => {
    let commit: string;
    beforeEach(async () => {
      commit = await world.push({ 'a.ipynb': notebook('one') });
      await deploy();
    });
    afterEach(async () => {
      expect(await world.deployed()).toEqual(['a.ipynb']);
      expect(await world.read('a.ipynb')).toBe(notebook('one'));
      expect(await readdir(world.work())).toEqual(['record.json', 'trees']);
    });
    const failing = async (type: string, message: RegExp, changes: Partial<NotebookRequest> = {}) => {
      const failed = deploy(changes);
      await expect(failed).rejects.toMatchObject({ name: 'StepFailure', type });
      await expect(failed).rejects.toThrow(message);
    };

    it('when the source is not there', async () => {
      await rename(world.at('source'), world.at('gone'));
      await failing(FAILURES.notFound, /Source notebooks.*source.*stay as they are/s);
    });

    it('when the source cannot be reached', async () => {
      const source = { url: 'ssh://git@127.0.0.1:9/notebooks.git', branch: 'main' };
      await failing(FAILURES.remoteUnavailable, /cannot be reached/, { source });
    });

    it('when the source has no such branch', async () => {
      const source = { url: world.at('source'), branch: 'gone' };
      await failing(FAILURES.notFound, /has no branch gone/, { source });
    });

    it('when the source became empty', async () => {
      await world.git('source', 'rm', '--quiet', '-r', '.');
      await world.push({});
      await failing(FAILURES.configuration, /is empty and holds no notebook.*stay as they are/);
    });

    it('when the source holds files but no notebook', async () => {
      await world.git('source', 'rm', '--quiet', 'a.ipynb');
      await world.push({ 'README.md': 'moved' });
      await failing(FAILURES.configuration, /holds no notebook/);
    });

    it('when a notebook does not parse', async () => {
      await world.push({ 'a.ipynb': notebook('two'), 'deep/b.ipynb': '{"cells": [' });
      await failing(FAILURES.configuration, /deep\/b\.ipynb is not JSON/);
    });

    it('when a link leads out of the source', async () => {
      await symlink('/etc/hostname', world.at('source', 'data'));
      await world.push({});
      await failing(FAILURES.configuration, /data is a link that leads out of the source/);
    });

    it('when the run is cancelled before the swap', async () => {
      await world.push({ 'a.ipynb': notebook('two') });
      const controller = new AbortController();
      const heartbeat = (details: unknown) => {
        if (JSON.stringify(details).includes('verify')) controller.abort();
      };
      const step = localStep({ signal: controller.signal, heartbeat });
      await expect(deployNotebooks(request(), step)).rejects.toThrow();
      expect((await deploy({ target: world.at('other') })).commit).not.toBe(commit);
    });
  });

  it('inside git, a lock in the cache or half a cache is no obstacle', async () => {
    await world.push({ 'a.ipynb': notebook('one') });
    await deploy();
    const [cache = ''] = await readdir(world.at('state', 'notebooks'));
    await writeFile(world.at('state', 'notebooks', cache, 'shallow.lock'), '');
    const second = await world.push({ 'a.ipynb': notebook('two') });
    expect(await deploy()).toMatchObject({ outcome: 'deployed', commit: second });
    await writeFile(world.at('state', 'notebooks', cache, 'HEAD'), '');
    const third = await world.push({ 'a.ipynb': notebook('three') });
    expect(await deploy()).toMatchObject({ outcome: 'deployed', commit: third });
  });

  it('a link or a missing parent is refused before anything is fetched', async () => {
    await world.push({ 'a.ipynb': notebook('one') });
    await mkdir(world.at('real'));
    await symlink(world.at('real'), world.target());
    await expect(deploy()).rejects.toMatchObject({ type: FAILURES.configuration });
    const missing = deploy({ target: world.at('unmounted', 'tutorials') });
    await expect(missing).rejects.toMatchObject({ type: FAILURES.configuration });
    await expect(missing).rejects.toThrow('mount the disk');
    await expect(readdir(world.at('state'))).rejects.toThrow('ENOENT');
  });

  it('two runs at a time take turns', async () => {
    await world.push({ 'a.ipynb': notebook('one') });
    const outcomes = (await Promise.all([deploy(), deploy(), deploy()])).map(({ outcome }) => outcome);
    expect(outcomes).toEqual(['deployed', 'up to date', 'up to date']);
  });
});
