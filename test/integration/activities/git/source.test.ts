import { copyFile, mkdir, readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { createSourceGit } from '../../../../activities/git/source.js';
import { localStep } from '../../../../activities/shared/step.js';
import { FAILURES } from '../../../../workflows/contract.js';
import { commit, git, makeScratch, removeScratch } from '../../../support/git-checkout.js';
import { startGitServer, type GitServer, type ServedRepository } from '../../../support/ssh-git.js';

describe('activities/git/source', () => {
  /** Server and author, for all tests. */
  let shared: string;
  /** Keys, cache and known hosts of one test. */
  let scratch: string;
  let server: GitServer;
  let repository: ServedRepository;
  let head: string;

  beforeAll(async () => {
    shared = await makeScratch('source-server');
    server = await startGitServer({ dir: shared });
    repository = await server.addRepository('notebooks');
    await git(shared, ['init', '--quiet', '--initial-branch=main', 'author']);
    await commit(author(), { 'gone.txt': 'old\n' });
    await push({
      'gone.txt': null,
      'a.ipynb': '{}\n',
      'crlf.txt': 'x\n',
      '.gitattributes': 'crlf.txt text eol=crlf\n',
    });
  });
  afterAll(async () => {
    await server.stop();
    await removeScratch(shared);
  });
  beforeEach(async () => {
    scratch = await makeScratch('source');
    await Promise.all(['keys', 'out'].map((name) => mkdir(join(scratch, name))));
  });
  afterEach(() => removeScratch(scratch));

  const author = () => join(shared, 'author');
  async function push(files: Record<string, string | null>): Promise<void> {
    head = await commit(author(), files);
    const environment = { GIT_SSH_COMMAND: repository.pushSshCommand };
    await git(author(), ['push', '--quiet', repository.url, 'main'], environment);
  }
  const sourceGit = () =>
    createSourceGit({
      keys: { keyDirectory: join(scratch, 'keys'), ownKnownHosts: join(scratch, 'known_hosts') },
      timeoutMs: 20_000,
      environment: { PATH: process.env['PATH'] ?? '' },
    });
  const cacheDir = () => join(scratch, 'cache');
  const fetchSource = (branch = 'main') => fetchBranch(branch);
  const fetchBranch = (branch: string | undefined, url = repository.url) =>
    sourceGit().fetchSource({ url, branch, cacheDir: cacheDir() }, localStep());
  async function objectOf(name: string): Promise<string> {
    const id = await git(cacheDir(), ['rev-parse', name]);
    return join(cacheDir(), 'objects', id.slice(0, 2), id.slice(2));
  }
  const giveKey = (name: string) => copyFile(repository.deployKeyPath, join(scratch, 'keys', name));

  it.each(['notebooks_deploy_key', 'id_rsa_git_ssh_read_only'])(
    'reads the branch with %s and lays one commit out',
    async (key) => {
      await giveKey(key);
      expect(await fetchSource()).toBe(head);
      const directory = join(scratch, 'out');
      await sourceGit().layOut({ cacheDir: cacheDir(), commit: head, directory }, localStep());
      expect((await readdir(directory)).sort()).toEqual(['.gitattributes', 'a.ipynb', 'crlf.txt']);
      expect(await readFile(join(directory, 'crlf.txt'), 'utf8')).toBe('x\r\n');
      expect((await readdir(cacheDir())).filter((name) => name.startsWith('index'))).toEqual([]);
      expect(await readFile(join(scratch, 'known_hosts'), 'utf8')).toBe(await server.knownHostsLine());
    },
  );

  it('follows a branch that was rewritten', async () => {
    await giveKey('notebooks_deploy_key');
    await fetchSource();
    await git(author(), ['commit', '--quiet', '--amend', '--message', 'rewritten']);
    head = await git(author(), ['rev-parse', 'HEAD']);
    await git(author(), ['push', '--quiet', '--force', repository.url, 'main'], {
      GIT_SSH_COMMAND: repository.pushSshCommand,
    });
    expect(await fetchSource()).toBe(head);
  });

  it('without a branch it is the one that the source names as its own', async () => {
    await giveKey('notebooks_deploy_key');
    const own = join(scratch, 'own.git');
    await git(scratch, ['clone', '--quiet', '--bare', author(), own]);
    await git(own, ['branch', 'trunk', 'main~1']);
    await git(own, ['symbolic-ref', 'HEAD', 'refs/heads/trunk']);
    expect(await fetchBranch(undefined, own)).toBe(await git(own, ['rev-parse', 'trunk']));
    await git(own, ['symbolic-ref', 'HEAD', 'refs/heads/none']);
    await expect(fetchBranch(undefined, own)).rejects.toMatchObject({ type: FAILURES.notFound });
    await expect(fetchBranch(undefined, own)).rejects.toThrow('name one in BIRDKEEPER_NOTEBOOK_BRANCH');
  });

  it('a source that refuses us needs a person', async () => {
    await expect(fetchSource()).rejects.toMatchObject({ type: FAILURES.unauthorised });
  });

  it('a branch that is not there is named', async () => {
    await giveKey('notebooks_deploy_key');
    await expect(fetchSource('gone')).rejects.toMatchObject({ type: FAILURES.notFound });
    await expect(fetchSource('gone')).rejects.toThrow('has no branch gone');
  });

  it('a host key that changed stops the source and names the host', async () => {
    await giveKey('notebooks_deploy_key');
    await fetchSource();
    await server.changeHostKey();
    await expect(fetchSource()).rejects.toMatchObject({ type: FAILURES.blocked });
    await expect(fetchSource()).rejects.toThrow(`[127.0.0.1]:${server.port}`);
  });

  it('a host that does not answer is tried again', async () => {
    await giveKey('notebooks_deploy_key');
    await server.stop();
    try {
      await expect(fetchSource()).rejects.toMatchObject({ type: FAILURES.remoteUnavailable });
    } finally {
      await server.start();
    }
  });

  it('a cache that lost objects is made again', async () => {
    await giveKey('notebooks_deploy_key');
    await fetchSource();
    await rm(await objectOf(`${head}^{tree}`));
    expect(await fetchSource()).toBe(head);
    await sourceGit().layOut({ cacheDir: cacheDir(), commit: head, directory: join(scratch, 'out') }, localStep());
    expect(await readdir(join(scratch, 'out'))).toContain('a.ipynb');
  });

  it('a cache that is found broken while it is laid out is made again by the next try', async () => {
    await giveKey('notebooks_deploy_key');
    await fetchSource();
    const work = { cacheDir: cacheDir(), commit: head, directory: join(scratch, 'out') };
    await rm(await objectOf(`${head}:a.ipynb`));
    await expect(sourceGit().layOut(work, localStep())).rejects.toThrow('checkout-index');
    expect(await fetchSource()).toBe(head);
    await sourceGit().layOut(work, localStep());
    expect(await readdir(work.directory)).toContain('a.ipynb');
  });

  it('only the full id of a commit is laid out', async () => {
    await giveKey('notebooks_deploy_key');
    await fetchSource();
    const directory = join(scratch, 'out');
    const laidOut = sourceGit().layOut({ cacheDir: cacheDir(), commit: '--help', directory }, localStep());
    await expect(laidOut).rejects.toMatchObject({ type: FAILURES.badInput });
  });
});
