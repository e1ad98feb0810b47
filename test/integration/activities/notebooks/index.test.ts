import { execFile } from 'node:child_process';
import {
  chmod,
  cp,
  mkdir,
  mkdtemp,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
  stat,
  symlink,
  writeFile,
} from 'node:fs/promises';
import { tmpdir, userInfo } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSourceGit } from '../../../../activities/git/source.js';
import { deployNotebooks, type NotebookRequest } from '../../../../activities/notebooks/index.js';
import { localStep } from '../../../../activities/shared/step.js';
import { FAILURES } from '../../../../workflows/contract.js';

const run = promisify(execFile);
const notebook = (text: string) => JSON.stringify({ cells: [{ cell_type: 'markdown', source: text }], nbformat: 4 });

describe('activities/notebooks/index', () => {
  let root: string;
  let request: NotebookRequest;
  beforeEach(async () => {
    root = await realpath(await mkdtemp(join(tmpdir(), 'birdkeeper-notebooks-')));
    await mkdir(join(root, 'hub'));
    await git('init', '--quiet', '--initial-branch=main', '.');
    request = {
      source: { url: join(root, 'source'), branch: 'main' },
      target: join(root, 'hub', 'tutorials'),
      stateDir: join(root, 'state'),
      git: createSourceGit({
        keys: { ownKnownHosts: join(root, 'known_hosts') },
        timeoutMs: 20_000,
        environment: { PATH: process.env['PATH'] ?? '' },
      }),
    };
  });
  afterEach(() => rm(root, { recursive: true, force: true }));

  async function git(...args: string[]): Promise<string> {
    const cwd = join(root, 'source');
    await mkdir(cwd, { recursive: true });
    const author = {
      GIT_AUTHOR_NAME: 'a',
      GIT_AUTHOR_EMAIL: 'a@b',
      GIT_COMMITTER_NAME: 'a',
      GIT_COMMITTER_EMAIL: 'a@b',
    };
    return (await run('git', args, { cwd, env: { PATH: process.env['PATH'], HOME: root, ...author } })).stdout.trim();
  }
  async function push(files: Record<string, string>): Promise<string> {
    for (const [path, text] of Object.entries(files)) {
      await mkdir(dirname(join(root, 'source', path)), { recursive: true });
      await writeFile(join(root, 'source', path), text);
    }
    await git('add', '--all');
    await git('commit', '--quiet', '--allow-empty', '--message', 'change');
    return git('rev-parse', 'HEAD');
  }
  const deploy = (changes: Partial<NotebookRequest> = {}) => deployNotebooks({ ...request, ...changes }, localStep());
  const read = (...path: string[]) => readFile(join(root, 'hub', ...path), 'utf8');
  const beside = async () => (await readdir(join(root, 'hub'))).sort();

  it('deploys, keeps the former and is up to date until the next push', async () => {
    const first = await push({ 'a.ipynb': notebook('one'), 'deep/er/b.ipynb': notebook('b'), 'data.csv': '1,2\n' });
    expect(await deploy()).toEqual({ outcome: 'deployed', notebooks: 2, commit: first });
    expect(await read('tutorials', 'deep/er/b.ipynb')).toBe(notebook('b'));
    expect(await read('tutorials', 'data.csv')).toBe('1,2\n');
    expect(await beside()).toEqual(['tutorials']);
    expect(await deploy()).toEqual({ outcome: 'up to date', notebooks: 2, commit: first });

    await git('rm', '--quiet', 'deep/er/b.ipynb');
    const second = await push({ 'a.ipynb': notebook('two') });
    expect(await deploy()).toEqual({ outcome: 'deployed', notebooks: 1, commit: second });
    expect(await read('tutorials', 'a.ipynb')).toBe(notebook('two'));
    expect(await read('tutorials.former', 'a.ipynb')).toBe(notebook('one'));
    await expect(read('tutorials', 'deep/er/b.ipynb')).rejects.toThrow('ENOENT');

    const third = await push({ 'a.ipynb': notebook('three') });
    expect(await deploy()).toMatchObject({ outcome: 'deployed', commit: third });
    expect(await read('tutorials.former', 'a.ipynb')).toBe(notebook('two'));
    expect(await beside()).toEqual(['tutorials', 'tutorials.former']);
  });

  it('what was there before us becomes the former', async () => {
    await mkdir(request.target);
    await writeFile(join(request.target, 'old.ipynb'), notebook('old'));
    await push({ 'a.ipynb': notebook('one') });
    expect(await deploy()).toMatchObject({ outcome: 'deployed' });
    expect(await read('tutorials.former', 'old.ipynb')).toBe(notebook('old'));
  });

  it('users can read what the umask of the worker would hide, and nobody else can write it', async () => {
    const before = process.umask(0o077);
    try {
      await push({ 'deep/a.ipynb': notebook('one'), 'run.sh': '#!/bin/sh\n' });
      await chmod(join(root, 'source', 'run.sh'), 0o755);
      await push({});
      const { uid, gid } = userInfo();
      await deploy({ owner: { uid, gid } });
    } finally {
      process.umask(before);
    }
    const mode = async (path: string) => (await stat(join(request.target, path))).mode & 0o777;
    expect([await mode(''), await mode('deep'), await mode('deep/a.ipynb'), await mode('run.sh')]).toEqual([
      0o755, 0o755, 0o644, 0o755,
    ]);
  });

  describe('leaves the deployed ones and fails', () => {
    let commit: string;
    beforeEach(async () => {
      commit = await push({ 'a.ipynb': notebook('one') });
      await deploy();
    });
    afterEach(async () => {
      expect(await read('tutorials', 'a.ipynb')).toBe(notebook('one'));
      expect(await beside()).toEqual(['tutorials']);
    });
    const failing = async (type: string, message: RegExp, changes: Partial<NotebookRequest> = {}) => {
      const failed = deploy(changes);
      await expect(failed).rejects.toMatchObject({ name: 'StepFailure', type });
      await expect(failed).rejects.toThrow(message);
    };

    it('when the source is not there', async () => {
      await rename(join(root, 'source'), join(root, 'gone'));
      await failing(FAILURES.notFound, /source/);
    });

    it('when the source cannot be reached', async () => {
      const source = { url: 'ssh://git@127.0.0.1:9/notebooks.git', branch: 'main' };
      await failing(FAILURES.remoteUnavailable, /cannot be reached/, { source });
    });

    it('when the source has no such branch', async () => {
      await failing(FAILURES.notFound, /has no branch gone/, { source: { ...request.source, branch: 'gone' } });
    });

    it('when the source became empty', async () => {
      await git('rm', '--quiet', '-r', '.');
      await push({});
      await failing(FAILURES.configuration, /holds no notebook.*stay as they are/);
    });

    it('when the source holds files but no notebook', async () => {
      await git('rm', '--quiet', 'a.ipynb');
      await push({ 'README.md': 'moved' });
      await failing(FAILURES.configuration, /holds no notebook/);
    });

    it('when a notebook does not parse', async () => {
      await push({ 'a.ipynb': notebook('two'), 'deep/b.ipynb': '{"cells": [' });
      await failing(FAILURES.configuration, /deep\/b\.ipynb is not JSON/);
    });

    it('when a notebook is a link that leads out of the source', async () => {
      await symlink('/etc/hostname', join(root, 'source', 'b.ipynb'));
      await push({});
      await failing(FAILURES.configuration, /b\.ipynb is a link that leads out of the source/);
    });

    it('when the run is cancelled before the swap', async () => {
      await push({ 'a.ipynb': notebook('two') });
      const controller = new AbortController();
      const step = localStep({
        signal: controller.signal,
        heartbeat: (details) => {
          if (JSON.stringify(details).includes('verify')) controller.abort();
        },
      });
      await expect(deployNotebooks(request, step)).rejects.toThrow();
      expect((await deployNotebooks({ ...request, target: join(root, 'other') }, localStep())).commit).not.toBe(commit);
    });
  });

  describe('after a run that was cut short', () => {
    beforeEach(async () => {
      await push({ 'a.ipynb': notebook('one') });
      await deploy();
    });
    const next = () => join(root, 'hub', '.tutorials.next');

    it('between the renames, the swap is finished, also when the source is out of reach', async () => {
      await cp(request.target, next(), { recursive: true });
      await writeFile(join(next(), 'a.ipynb'), notebook('two'));
      await rename(request.target, `${request.target}.former`);
      await rename(join(root, 'source'), join(root, 'gone'));
      await expect(deploy()).rejects.toMatchObject({ type: FAILURES.notFound });
      expect(await read('tutorials', 'a.ipynb')).toBe(notebook('two'));
      expect(await read('tutorials.former', 'a.ipynb')).toBe(notebook('one'));
      expect(await beside()).toEqual(['tutorials', 'tutorials.former']);
    });

    it('with nothing to put in the place, the former comes back', async () => {
      await rename(request.target, `${request.target}.former`);
      expect(await deploy()).toMatchObject({ outcome: 'up to date' });
      expect(await read('tutorials', 'a.ipynb')).toBe(notebook('one'));
    });

    it('while it staged, what it left is removed', async () => {
      await mkdir(join(root, 'hub', '.tutorials.staging'));
      await writeFile(join(root, 'hub', '.tutorials.staging', 'half.ipynb'), '{');
      await mkdir(next());
      await push({ 'a.ipynb': notebook('two') });
      expect(await deploy()).toMatchObject({ outcome: 'deployed', notebooks: 1 });
      expect(await beside()).toEqual(['tutorials', 'tutorials.former']);
    });

    it('inside git, a lock in the cache is no obstacle', async () => {
      const [cache = ''] = await readdir(join(root, 'state', 'notebooks'));
      await writeFile(join(root, 'state', 'notebooks', cache, 'shallow.lock'), '');
      const commit = await push({ 'a.ipynb': notebook('two') });
      expect(await deploy()).toMatchObject({ outcome: 'deployed', commit });
    });

    it('while the cache was made, the cache is made again', async () => {
      const [cache = ''] = await readdir(join(root, 'state', 'notebooks'));
      await writeFile(join(root, 'state', 'notebooks', cache, 'HEAD'), '');
      const commit = await push({ 'a.ipynb': notebook('two') });
      expect(await deploy()).toMatchObject({ outcome: 'deployed', commit });
    });
  });

  it('a link or a missing parent is refused before anything is fetched', async () => {
    await push({ 'a.ipynb': notebook('one') });
    await mkdir(join(root, 'real'));
    await symlink(join(root, 'real'), request.target);
    await expect(deploy()).rejects.toMatchObject({ type: FAILURES.configuration });
    const missing = deploy({ target: join(root, 'unmounted', 'tutorials') });
    await expect(missing).rejects.toMatchObject({ type: FAILURES.configuration });
    await expect(missing).rejects.toThrow('mount the disk');
    await expect(readdir(request.stateDir)).rejects.toThrow('ENOENT');
  });
});
