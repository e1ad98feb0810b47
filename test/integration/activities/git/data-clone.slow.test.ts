import { spawn } from 'node:child_process';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { createDataGit } from '../../../../activities/git/data-clone.js';
import { localStep, type Step } from '../../../../activities/shared/step.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { commit, git, makeScratch, removeScratch } from '../../../support/git-checkout.js';
import { startGitServer, type GitServer } from '../../../support/ssh-git.js';

describe('activities/git/data-clone', () => {
  let root: string;
  let warnings: string[];
  let step: Step;
  beforeEach(async () => {
    root = await makeScratch('data-clone');
    await git(root, ['init', '--quiet', '--initial-branch=main', 'author']);
    await git(root, ['init', '--quiet', '--bare', '--initial-branch=main', 'origin.git']);
    await git(author(), ['remote', 'add', 'origin', origin()]);
    warnings = [];
    const note = (message: string, fields?: object) => warnings.push(`${message} ${JSON.stringify(fields)}`);
    step = localStep({ log: { output: () => undefined, info: () => undefined, warn: note } });
  });
  afterEach(() => removeScratch(root));

  const author = () => join(root, 'author');
  const origin = () => join(root, 'origin.git');
  const clone = () => join(root, 'cache', 'data');
  const dataGit = () =>
    createDataGit({
      keys: { ownKnownHosts: join(root, 'known_hosts') },
      timeoutMs: 20_000,
      transferSeconds: 60,
      lockWaitSeconds: 1,
      environment: { PATH: process.env['PATH'] ?? '' },
    });
  const refresh = (branch = 'origin/main', url = origin()) =>
    dataGit().refresh({ url, branch, clone: clone(), identityFile: undefined, lock: join(root, 'lock') }, step);
  async function push(files: Record<string, string | null>, branch = 'main'): Promise<string> {
    const head = await commit(author(), files);
    await git(author(), ['push', '--quiet', '--force', '--tags', 'origin', `HEAD:refs/heads/${branch}`]);
    return head;
  }

  it('clones, and later follows the branch with nothing untracked or changed left', async () => {
    const first = await push({ 'a.txt': 'one\n', '.gitignore': '*.o\n' });
    expect(await refresh()).toEqual({ commit: first, adopted: undefined });
    await writeFile(join(clone(), 'a.txt'), 'edited\n');
    await writeFile(join(clone(), 'x.o'), 'ignored\n');
    await mkdir(join(clone(), 'sub'));
    await writeFile(join(clone(), 'sub', 'untracked'), '');
    const second = await push({ 'b.txt': 'b\n' });
    expect(await refresh()).toEqual({ commit: second, adopted: undefined });
    expect((await readdir(clone())).sort()).toEqual(['.git', '.gitignore', 'a.txt', 'b.txt']);
    expect(await readFile(join(clone(), 'a.txt'), 'utf8')).toBe('one\n');
    expect(await dataGit().changedFiles({ clone: clone(), from: first, to: second }, step)).toBe('A\tb.txt');
    expect(warnings).toEqual([]);
  });

  describe('the branch may be', () => {
    let first: string;
    let second: string;
    beforeEach(async () => {
      first = await push({ a: 'one' });
      await git(author(), ['tag', '--annotate', '--message', 'v', 'v1']);
      second = await push({ a: 'two' });
    });

    it.each(['origin/main', 'remotes/origin/main', 'HEAD', 'origin/HEAD'])('%s', async (name) => {
      expect((await refresh(name)).commit).toBe(second);
      const third = await push({ a: 'three' });
      expect((await refresh(name)).commit).toBe(third);
      expect(warnings).toEqual([]);
    });

    it.each(['main', 'refs/heads/main'])(
      '%s without its remote: followed all the same, with a warning',
      async (name) => {
        expect((await refresh(name)).commit).toBe(second);
        const third = await push({ a: 'three' });
        expect((await refresh(name)).commit).toBe(third);
        expect(warnings[0]).toContain('named without its remote');
      },
    );

    it('a tag, a commit, the beginning of one, or one before', async () => {
      expect((await refresh('v1')).commit).toBe(first);
      expect((await refresh(first)).commit).toBe(first);
      expect((await refresh(first.slice(0, 10))).commit).toBe(first);
      expect((await refresh('origin/main~1')).commit).toBe(first);
      expect((await refresh('main~1')).commit).toBe(first);
    });

    it('a tag that is moved later', async () => {
      await refresh('v1');
      await git(author(), ['tag', '--force', 'v1', second]);
      await git(author(), ['push', '--quiet', '--force', '--tags', 'origin']);
      expect((await refresh('v1')).commit).toBe(second);
    });

    it.each(['origin/gone', 'gone', '0123456789'])('nothing that is not there: %s', async (name) => {
      const failed = refresh(name);
      await expect(failed).rejects.toMatchObject({ name: 'StepFailure', type: FAILURES.notFound });
      await expect(failed).rejects.toThrow(`has no branch, tag or commit ${name}`);
      expect(await readdir(join(root, 'cache'))).toEqual([]);
    });

    it('no branch that the remote no longer has', async () => {
      await push({ a: 'side' }, 'side');
      await refresh('origin/side');
      await git(author(), ['push', '--quiet', 'origin', ':side']);
      await expect(refresh('origin/side')).rejects.toMatchObject({ type: FAILURES.notFound });
    });

    it('one that was rewritten, or became a directory of branches', async () => {
      await push({ a: 'side' }, 'side');
      await refresh('origin/side');
      await git(author(), ['push', '--quiet', 'origin', ':side']);
      const deeper = await push({ a: 'deeper' }, 'side/deeper');
      expect((await refresh('origin/side/deeper')).commit).toBe(deeper);
      await git(author(), ['reset', '--quiet', '--hard', 'HEAD~1']);
      const rewritten = await push({ a: 'rewritten' });
      expect((await refresh()).commit).toBe(rewritten);
    });
  });

  describe('makes the clone afresh', () => {
    let head: string;
    beforeEach(async () => {
      head = await push({ 'a.txt': 'a\n' });
      await refresh();
    });
    afterEach(async () => {
      expect((await refresh()).commit).toBe(head);
      expect(await readdir(join(root, 'cache'))).toContain('data');
      expect(await readFile(join(clone(), 'a.txt'), 'utf8')).toBe('a\n');
    });
    const onlyTheClone = async () => expect(await readdir(join(root, 'cache'))).toEqual(['data']);

    it.each(['HEAD', 'config', 'objects', 'index.lock', 'index'])(
      'when a kill left it with a broken %s',
      async (name) => {
        const path = join(clone(), '.git', name);
        if (name !== 'index.lock') await rm(path, { recursive: true });
        await writeFile(path, name === 'index' ? 'nonsense' : '');
        expect((await refresh()).commit).toBe(head);
        await onlyTheClone();
      },
    );

    it('when objects are lost', async () => {
      const blob = await git(clone(), ['rev-parse', 'HEAD:a.txt']);
      await rm(join(clone(), '.git', 'objects', blob.slice(0, 2), blob.slice(2)));
      await rm(join(clone(), 'a.txt'));
      expect((await refresh()).commit).toBe(head);
      await onlyTheClone();
    });

    it('when it is of another address', async () => {
      await git(root, ['clone', '--quiet', '--bare', author(), 'other.git']);
      expect((await refresh('origin/main', join(root, 'other.git'))).commit).toBe(head);
      expect(await git(clone(), ['remote', 'get-url', 'origin'])).toBe(join(root, 'other.git'));
      await onlyTheClone();
    });

    it.each(['new', 'old'])('when a run was cut short: %s', async (why) => {
      await rename(clone(), join(root, 'cache', `.data.${why}-0123abcd`));
      expect((await refresh()).commit).toBe(head);
      await onlyTheClone();
    });

    it('and puts aside what others made', async () => {
      await rm(clone(), { recursive: true });
      await git(root, ['init', '--quiet', clone()]);
      await writeFile(join(clone(), 'work'), 'mine');
      expect((await refresh()).commit).toBe(head);
      const [kept = ''] = (await readdir(join(root, 'cache'))).filter((name) => name !== 'data');
      expect(await readFile(join(root, 'cache', kept, 'work'), 'utf8')).toBe('mine');
      expect(warnings.join()).toContain(kept);
    });
  });

  it('a clone that fails leaves the former one, and nothing beside it', async () => {
    const head = await push({ a: 'a' });
    await refresh();
    await rm(join(clone(), '.git', 'HEAD'));
    await rename(origin(), join(root, 'away'));
    await expect(refresh()).rejects.toMatchObject({ type: FAILURES.notFound });
    expect(await readdir(join(root, 'cache'))).toEqual(['data']);
    expect(await readFile(join(clone(), 'a'), 'utf8')).toBe('a');
    await rename(join(root, 'away'), origin());
    expect((await refresh()).commit).toBe(head);
  });

  it('other files where the clone is to be are left alone', async () => {
    await push({ a: 'a' });
    await mkdir(clone(), { recursive: true });
    await writeFile(join(clone(), 'data.nc'), 'precious');
    await expect(refresh()).rejects.toMatchObject({ name: 'StepFailure', type: FAILURES.configuration });
    expect(await readdir(clone())).toEqual(['data.nc']);
  });

  it('a broken clone inside of another checkout does not have that one cleaned', async () => {
    const head = await push({ a: 'a' });
    await refresh();
    await git(root, ['init', '--quiet', join(root, 'cache')]);
    await writeFile(join(root, 'cache', 'work'), 'mine');
    await rm(join(clone(), '.git', 'HEAD'));
    expect((await refresh()).commit).toBe(head);
    expect(await readFile(join(root, 'cache', 'work'), 'utf8')).toBe('mine');
  });

  it('a clone that upstream made is taken over, and what it deployed last is told until then', async () => {
    const first = await push({ a: 'one' });
    await mkdir(join(root, 'cache'));
    await git(root, ['clone', '--quiet', origin(), clone()]);
    const second = await push({ a: 'two' });
    expect(await refresh('main')).toEqual({ commit: second, adopted: first });
    expect(await refresh('main')).toEqual({ commit: second, adopted: first });
    await git(author(), ['push', '--quiet', 'origin', 'main:other']);
    await git(origin(), ['symbolic-ref', 'HEAD', 'refs/heads/other']);
    await git(author(), ['push', '--quiet', 'origin', ':main']);
    await expect(refresh('main')).rejects.toMatchObject({ type: FAILURES.notFound });
  });

  it('credentials of an address are used, and are in no message and not in the clone', async () => {
    const head = await push({ a: 'a' });
    await git(origin(), ['update-server-info']);
    const server = await servePlainly(origin(), 'user:hunter2');
    try {
      const address = `127.0.0.1:${server.port}/data.git`;
      expect((await refresh('origin/main', `http://user:hunter2@${address}`)).commit).toBe(head);
      expect(await git(clone(), ['remote', 'get-url', 'origin'])).toBe(`http://${address}`);
      await expect(readFile(join(clone(), '.git', 'config'), 'utf8')).resolves.not.toContain('hunter2');
      await rm(join(clone(), '.git', 'HEAD'));
      const refused = refresh('origin/main', `http://user:hunter3@${address}`);
      await expect(refused).rejects.toMatchObject({ type: FAILURES.unauthorised });
      await expect(refused).rejects.not.toThrow('hunter3');
      const gone = refresh('origin/none', `http://user:hunter2@${address}`);
      await expect(gone).rejects.toMatchObject({ type: FAILURES.notFound });
      await expect(gone).rejects.not.toThrow('hunter2');
    } finally {
      await server.stop();
    }
    const away = refresh('origin/main', 'http://user:hunter2@127.0.0.1:9/data.git');
    await expect(away).rejects.toMatchObject({ type: FAILURES.remoteUnavailable });
    await expect(away).rejects.not.toThrow('hunter2');
    expect(warnings.join()).not.toContain('hunter');
  });

  it('all may read the files, whatever the umask of the worker', async () => {
    await push({ 'sub/a': 'a' });
    const before = process.umask(0o077);
    try {
      await refresh();
    } finally {
      process.umask(before);
    }
    const modes = await Promise.all(['', 'sub', '.git', 'sub/a'].map((path) => stat(join(clone(), path))));
    expect(modes.map(({ mode }) => mode & 0o777)).toEqual([0o755, 0o755, 0o755, 0o644]);
    expect((await stat(join(root, 'cache'))).mode & 0o777).toBe(0o755);
  });

  it('a command of a former run that still works there is waited for', async () => {
    await push({ a: 'a' });
    const holder = spawn('flock', [join(root, 'lock'), 'sleep', '60'], { stdio: 'ignore' });
    try {
      await vi.waitFor(async () => expect(await readdir(root)).toContain('lock'));
      await expect(refresh()).rejects.toMatchObject({ name: 'StepFailure', type: FAILURES.busy });
    } finally {
      holder.kill();
    }
  });

  describe('over ssh', () => {
    let server: GitServer;
    beforeEach(async () => {
      server = await startGitServer({ dir: root });
    });
    afterEach(() => server.stop());

    it('the identity file is used; one that is not there is named', async () => {
      const served = await server.addRepository('private');
      const head = await commit(author(), { a: 'a' });
      await git(author(), ['push', '--quiet', served.url, 'main'], { GIT_SSH_COMMAND: served.pushSshCommand });
      const source = { url: served.url, branch: 'origin/main', clone: clone(), lock: join(root, 'lock') };
      const refused = dataGit().refresh({ ...source, identityFile: undefined }, step);
      await expect(refused).rejects.toMatchObject({ type: FAILURES.unauthorised });
      const missing = dataGit().refresh({ ...source, identityFile: join(root, 'nokey') }, step);
      await expect(missing).rejects.toMatchObject({ type: FAILURES.configuration });
      const found = await dataGit().refresh({ ...source, identityFile: served.deployKeyPath }, step);
      expect(found.commit).toBe(head);
    });
  });
});

/** Git's plain protocol over http, which any web server speaks. */
async function servePlainly(repository: string, credentials: string): Promise<{ port: number; stop(): Promise<void> }> {
  const wanted = `Basic ${Buffer.from(credentials).toString('base64')}`;
  const server = createServer((request, response) => {
    if (request.headers.authorization !== wanted) {
      response.writeHead(401, { 'WWW-Authenticate': 'Basic realm="test"' }).end();
      return;
    }
    const path = new URL(request.url ?? '/', 'http://test').pathname.replace(/^\/data\.git/, '');
    readFile(join(repository, path)).then(
      (content) => response.end(content),
      () => response.writeHead(404).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  const stop = () => new Promise<void>((resolve) => server.close(() => resolve()));
  return { port: typeof address === 'object' && address ? address.port : 0, stop };
}
