import { chmod, chown, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { KeySettings } from '../../../../activities/git/keys.js';
import { observeCheckout } from '../../../../activities/git/observe.js';
import type { CheckoutObservation } from '../../../../workflows/model.js';
import {
  commit,
  fingerprint,
  git,
  giveAway,
  makeScratch,
  removeScratch,
  writeFiles,
} from '../../../support/git-checkout.js';
import { makeKey, startGitServer, type GitServer, type ServedRepository } from '../../../support/ssh-git.js';

const asRoot = userInfo().uid === 0;
/** `nobody` on every Linux. */
const NOBODY = 65534;

describe('activities/git/observe', () => {
  let root: string;
  let server: GitServer;
  let served: ServedRepository;
  let scratch: string;
  let author: string;
  let dir: string;
  let keys: KeySettings;
  let count = 0;

  beforeAll(async () => {
    root = await makeScratch('observe');
    server = await startGitServer({ dir: join(root, 'server') });
  });
  afterAll(async () => {
    await server.stop();
    await removeScratch(root);
  });

  beforeEach(async () => {
    scratch = join(root, `case-${(count += 1)}`);
    await mkdir(join(scratch, 'keys'), { recursive: true });
    served = await server.addRepository(`stack-${count}`);
    author = join(scratch, 'author');
    // Made by the path of the remote: only what is looked at goes over ssh, which takes its time on a busy machine.
    await git(scratch, ['clone', '--quiet', served.path, author]);
    await commit(author, { 'a.txt': 'one\n', 'sub/b.txt': 'two\n', '.gitignore': 'ignored\n' }, 'first');
    await git(author, ['push', '--quiet', 'origin', 'HEAD:main']);
    dir = join(scratch, 'platform');
    await git(scratch, ['clone', '--quiet', served.path, dir]);
    await git(dir, ['remote', 'set-url', 'origin', served.url]);
    await writeFile(join(scratch, 'keys', 'platform_deploy_key'), await readFile(served.deployKeyPath), {
      mode: 0o600,
    });
    keys = { keyDirectory: join(scratch, 'keys'), ownKnownHosts: join(scratch, 'known_hosts') };
  });

  async function release(files: Record<string, string | null>, message: string, branch = 'main'): Promise<string> {
    const made = await commit(author, files, message);
    await git(author, ['push', '--quiet', 'origin', `HEAD:${branch}`]);
    return made;
  }

  function look(overrides: Partial<Parameters<typeof observeCheckout>[0]> = {}): Promise<CheckoutObservation> {
    return observeCheckout({
      checkout: { name: 'platform', dir },
      fetch: true,
      keys,
      timeoutMs: 10_000,
      signal: new AbortController().signal,
      ...overrides,
    });
  }

  describe('words', () => {
    it('up to date, with branch, upstream, both commits and the subject', async () => {
      const head = await git(dir, ['rev-parse', 'HEAD']);
      expect(await look()).toEqual({
        name: 'platform',
        dir,
        word: 'up to date',
        branch: 'main',
        upstream: 'origin/main',
        head,
        upstreamCommit: head,
        behind: 0,
        ahead: 0,
        subject: 'first',
      });
    });

    it('behind after a push over ssh, and only when it fetches', async () => {
      const upstreamCommit = await commit(author, { 'a.txt': '2\n' }, 'second');
      await git(author, ['push', '--quiet', served.url, 'HEAD:main'], { GIT_SSH_COMMAND: served.pushSshCommand });
      expect(await look({ fetch: false })).toMatchObject({ word: 'up to date' });
      expect(await look()).toMatchObject({ word: 'behind', behind: 1, ahead: 0, upstreamCommit, subject: 'second' });
      expect(await look({ fetch: false })).toMatchObject({ word: 'behind' });
    });

    it('ahead and diverged', async () => {
      await commit(dir, { 'own.txt': 'x\n' }, 'own');
      expect(await look()).toMatchObject({ word: 'ahead', ahead: 1, behind: 0 });
      await release({ 'a.txt': '2\n' }, 'second');
      expect(await look()).toMatchObject({ word: 'diverged', ahead: 1, behind: 1 });
    });

    it('dirty with the files, untracked ones too, and it beats behind', async () => {
      await release({ 'a.txt': '2\n' }, 'second');
      await writeFiles(dir, { 'a.txt': 'edited\n', 'new file.txt': '', ignored: 'is no matter' });
      expect(await look()).toMatchObject({ word: 'dirty', behind: 1, files: ['a.txt', 'new file.txt'] });
    });

    it('at most 20 dirty files are named', async () => {
      for (let index = 0; index < 25; index += 1) await writeFiles(dir, { [`f${index}`]: '' });
      const { files } = await look();
      expect(files).toHaveLength(21);
      expect(files?.at(-1)).toBe('… and 5 more');
    });

    it('detached', async () => {
      await git(dir, ['checkout', '--quiet', '--detach']);
      expect(await look()).toMatchObject({ word: 'detached', behind: 0 });
    });

    it('no upstream', async () => {
      await git(dir, ['checkout', '--quiet', '-b', 'mine']);
      expect(await look()).toMatchObject({ word: 'no upstream', branch: 'mine' });
    });

    it('upstream gone, once the branch is deleted on the remote', async () => {
      await release({}, 'other', 'other');
      await look();
      await git(dir, ['checkout', '--quiet', '-b', 'other', '--track', 'origin/other']);
      expect(await look({ fetch: false })).toMatchObject({ word: 'up to date' });
      await git(author, ['push', '--quiet', 'origin', ':other']);
      expect(await look()).toMatchObject({ word: 'upstream gone', upstream: 'origin/other' });
    });

    it('missing', async () => {
      const gone = join(scratch, 'gone');
      const seen = await look({ checkout: { name: 'gone', dir: gone } });
      expect(seen).toMatchObject({ word: 'missing', behind: 0 });
      expect(seen.error).toContain(gone);
    });

    it('not a repository: an ordinary directory, a file, a subdirectory of a checkout, a corrupt checkout', async () => {
      const plain = join(scratch, 'plain');
      await mkdir(plain);
      expect(await look({ checkout: { name: 'plain', dir: plain } })).toMatchObject({
        word: 'not a repository',
        error: expect.stringContaining('not a git repository') as string,
      });
      for (const path of [join(dir, 'a.txt'), join(dir, 'sub')]) {
        expect(await look({ checkout: { name: 'x', dir: path } })).toMatchObject({ word: 'not a repository' });
      }
      await writeFile(join(dir, '.git', 'HEAD'), 'rubbish\n');
      expect(await look()).toMatchObject({ word: 'not a repository' });
    });

    it.skipIf(!asRoot)('as root, not a repository: one whose parts belong to different users', async () => {
      await chown(dir, NOBODY, NOBODY);
      expect(await look()).toMatchObject({
        word: 'not a repository',
        error: expect.stringContaining('dubious ownership') as string,
      });
    });
  });

  describe('remote', () => {
    it('a stopped host is unreachable, and the local facts stay', async () => {
      await release({ 'a.txt': '2\n' }, 'second');
      await look();
      await server.stop();
      try {
        const seen = await look();
        expect(seen).toMatchObject({ word: 'unreachable', behind: 1, branch: 'main', subject: 'second' });
        expect(seen.error).toMatch(/cannot be reached: .*Connection refused/);
      } finally {
        await server.start();
      }
    });

    it('a remote that accepts and says nothing is given up after the limit', async () => {
      const silent = await listenSilently();
      try {
        await git(dir, ['remote', 'set-url', 'origin', `ssh://x@127.0.0.1:${silent.port}/repo`]);
        const started = Date.now();
        const seen = await look({ timeoutMs: 1_000 });
        expect(seen).toMatchObject({ word: 'unreachable', head: expect.any(String) as string });
        expect(seen.error).toContain('did not finish answering within 1 s');
        expect(Date.now() - started).toBeLessThan(5_000);
      } finally {
        silent.close();
      }
    });

    it('cancelling ends the look', async () => {
      const silent = await listenSilently();
      try {
        await git(dir, ['remote', 'set-url', 'origin', `ssh://x@127.0.0.1:${silent.port}/repo`]);
        const abort = new AbortController();
        const looking = look({ signal: abort.signal });
        await silent.connected;
        abort.abort(new Error('cancelled by test'));
        await expect(looking).rejects.toThrow('cancelled by test');
      } finally {
        silent.close();
      }
    });

    it('a repository that the key does not open, or that does not exist', async () => {
      const other = await server.addRepository(`other-${count}`);
      await git(dir, ['remote', 'set-url', 'origin', other.url]);
      expect(await look()).toMatchObject({ word: 'unreachable' });
      await git(dir, ['remote', 'set-url', 'origin', join(scratch, 'nowhere.git')]);
      const seen = await look();
      expect(seen).toMatchObject({ word: 'unreachable' });
      expect(seen.error).toContain('shows no such repository');
    });

    it('credentials in the address stay out of the error', async () => {
      await git(dir, ['remote', 'set-url', 'origin', 'https://me:s3cr3t@127.0.0.1:1/repo.git']);
      const seen = await look();
      expect(seen.word).toBe('unreachable');
      expect(seen.error).not.toContain('s3cr3t');
    });
  });

  describe('keys', () => {
    const keyDirectory = () => join(scratch, 'keys');

    it('the key named after the directory comes first, then the shared one, then none', async () => {
      await chmod(join(keyDirectory(), 'platform_deploy_key'), 0o600);
      const shared = await makeKey(join(keyDirectory(), 'id_rsa_git_ssh_read_only'));
      expect(await look()).toMatchObject({ word: 'up to date' });

      const wrong = await makeKey(join(scratch, 'wrong'));
      await writeFile(join(keyDirectory(), 'platform_deploy_key'), await readFile(wrong));
      const refused = await look();
      expect(refused.word).toBe('unreachable');
      expect(refused.error).toContain(`the key ${join(keyDirectory(), 'platform_deploy_key')} was offered`);

      await removeScratch(join(keyDirectory(), 'platform_deploy_key'));
      expect((await look()).error).toContain(`the key ${shared} was offered`);
      await server.authorise(served, shared);
      expect(await look()).toMatchObject({ word: 'up to date' });

      const none = await look({ keys: { ...keys, keyDirectory: join(scratch, 'no-such-directory') } });
      expect(none.word).toBe('unreachable');
      expect(none.error).toContain('no deploy key was found');
    });

    it('a remote that is no ssh needs none', async () => {
      await git(dir, ['remote', 'set-url', 'origin', served.path]);
      await release({ 'a.txt': '2\n' }, 'second');
      expect(await look({ keys: { ownKnownHosts: join(scratch, 'kh') } })).toMatchObject({ word: 'behind' });
    });

    it('paths with blanks, quotes and percent signs are paths', async () => {
      const odd = join(scratch, `o'd "d" %h $(touch pwned)`);
      await mkdir(odd);
      await writeFile(join(odd, 'platform_deploy_key'), await readFile(served.deployKeyPath), { mode: 0o600 });
      const seen = await look({ keys: { keyDirectory: odd, ownKnownHosts: join(odd, 'known hosts') } });
      expect(seen).toMatchObject({ word: 'up to date' });
      expect(await readFile(join(odd, 'known hosts'), 'utf8')).toContain(await server.hostKeyPublic());
    });

    it('an unreadable key is named with what is wrong with it', async () => {
      await writeFile(join(keyDirectory(), 'platform_deploy_key'), 'not a key\n');
      const { error } = await look();
      expect(error).toContain(join(keyDirectory(), 'platform_deploy_key'));
      expect(error).toContain('could not be used');
    });
  });

  describe('host keys', () => {
    it('an unknown host is added to our file', async () => {
      await look();
      expect(await readFile(join(scratch, 'known_hosts'), 'utf8')).toBe(await server.knownHostsLine());
      await look();
      expect(await readFile(join(scratch, 'known_hosts'), 'utf8')).toBe(await server.knownHostsLine());
    });

    it("an operator's file is strict: unknown hosts are refused, trusted ones served, nothing is written", async () => {
      const knownHostsFile = join(scratch, 'operators hosts');
      await writeFile(knownHostsFile, '');
      const strict = { ...keys, knownHostsFile };
      const refused = await look({ keys: strict });
      expect(refused.word).toBe('unreachable');
      expect(refused.error).toContain(`no host key of [127.0.0.1]:${server.port} is in ${knownHostsFile}`);
      expect(await readFile(knownHostsFile, 'utf8')).toBe('');

      await writeFile(knownHostsFile, await server.knownHostsLine());
      expect(await look({ keys: strict })).toMatchObject({ word: 'up to date' });
      expect(await readFile(knownHostsFile, 'utf8')).toBe(await server.knownHostsLine());
    });

    it('a changed host key stops the checkout and names host, file and remedy', async () => {
      await look();
      const before = await readFile(join(scratch, 'known_hosts'), 'utf8');
      await server.changeHostKey();
      const seen = await look();
      expect(seen.word).toBe('unreachable');
      expect(seen.error).toContain(`the host key of [127.0.0.1]:${server.port} is not the one in`);
      expect(seen.error).toContain(`ssh-keygen -f ${join(scratch, 'known_hosts')} -R`);
      expect(await readFile(join(scratch, 'known_hosts'), 'utf8')).toBe(before);
    });
  });

  describe('leaves no trace', () => {
    /** Objects and remote-tracking refs are what a fetch is for. */
    const isFetched = (path: string) =>
      /^\.git\/(objects|refs\/remotes|logs\/refs\/remotes|packed-refs)(\/|$)/.test(path);
    const isStaleInIndex = async () => writeFiles(dir, { 'sub/b.txt': 'two\n' });

    it('HEAD, index, FETCH_HEAD and work tree are byte-equal afterwards', async () => {
      await release({ 'a.txt': '2\n', 'c.txt': 'new\n' }, 'second');
      // Rewritten with the same content: an index that is refreshed would change.
      await isStaleInIndex();
      await writeFile(join(dir, '.git', 'FETCH_HEAD'), 'as it was\n');
      await symlink('nowhere', join(dir, 'ignored'));
      const before = await fingerprint(dir, isFetched);
      expect(await look()).toMatchObject({ word: 'behind' });
      expect(await fingerprint(dir, isFetched)).toBe(before);
    });

    it.each(['x;touch pwned', '$(touch pwned)', '`touch pwned`', "it's|touch pwned"])(
      'a branch named %s is a name',
      async (name) => {
        const branch = name.replaceAll(' ', '${IFS}');
        await release({}, 'branch', branch);
        await look();
        await git(dir, ['checkout', '--quiet', '-b', branch, '--track', `origin/${branch}`]);
        const upstreamCommit = await release({ 'a.txt': '2\n' }, '`touch pwned` $(touch pwned)', branch);
        expect(await look()).toMatchObject({
          word: 'behind',
          branch,
          upstream: `origin/${branch}`,
          upstreamCommit,
          subject: '`touch pwned` $(touch pwned)',
        });
        for (const place of [dir, scratch, process.cwd()]) {
          await expect(stat(join(place, 'pwned'))).rejects.toThrow('ENOENT');
        }
      },
    );
  });

  describe.skipIf(!asRoot)('as root', () => {
    it('git runs as the owner: what a fetch writes belongs to him', async () => {
      await giveAway(dir, NOBODY);
      await chown(join(scratch, 'keys', 'platform_deploy_key'), NOBODY, NOBODY);
      await release({ 'a.txt': '2\n' }, 'second');
      expect(await look()).toMatchObject({ word: 'behind' });
      expect((await stat(join(dir, '.git', 'refs', 'remotes', 'origin', 'main'))).uid).toBe(NOBODY);
      expect(await readFile(join(scratch, 'known_hosts'), 'utf8')).toBe(await server.knownHostsLine());
      expect((await stat(join(scratch, 'known_hosts'))).uid).toBe(0);
    });

    it('a key that only root may read is named, with the user who needs it', async () => {
      await giveAway(dir, NOBODY);
      const { word, error } = await look();
      expect(word).toBe('unreachable');
      expect(error).toMatch(/the key \S*platform_deploy_key could not be used \(Permission denied\)/);
      expect(error).toContain('chown nobody');
    });
  });
});

async function listenSilently(): Promise<{ port: number; connected: Promise<void>; close: () => void }> {
  const sockets = new Set<Socket>();
  const server: Server = createServer();
  const connected = new Promise<void>((resolve) => {
    server.on('connection', (socket) => {
      sockets.add(socket.on('error', () => undefined));
      resolve();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    connected,
    close: () => {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}
