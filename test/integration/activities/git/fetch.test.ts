import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { git, removeScratch } from '../../../support/git-checkout.js';
import { makeKey } from '../../../support/ssh-git.js';
import { useServedCheckout } from './served-checkout.js';

describe('activities/git/fetch', () => {
  const now = useServedCheckout('fetch');

  describe('remote', () => {
    it('a stopped host is unreachable, and the local facts stay', async () => {
      await now().release({ 'a.txt': '2\n' }, 'second');
      await now().look();
      await now().server.stop();
      try {
        const seen = await now().look();
        expect(seen).toMatchObject({ word: 'unreachable', behind: 1, branch: 'main', subject: 'second' });
        expect(seen.error).toMatch(/cannot be reached: .*Connection refused/);
      } finally {
        await now().server.start();
      }
    });

    it('a remote that accepts and says nothing is given up after the limit', async () => {
      const silent = await listenSilently();
      try {
        await git(now().dir, ['remote', 'set-url', 'origin', `ssh://x@127.0.0.1:${silent.port}/repo`]);
        const started = Date.now();
        const seen = await now().look({ timeoutMs: 1_000 });
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
        await git(now().dir, ['remote', 'set-url', 'origin', `ssh://x@127.0.0.1:${silent.port}/repo`]);
        const abort = new AbortController();
        const looking = now().look({ signal: abort.signal });
        await silent.connected;
        abort.abort(new Error('cancelled by test'));
        await expect(looking).rejects.toThrow('cancelled by test');
      } finally {
        silent.close();
      }
    });

    it('a repository that the key does not open, or that does not exist', async () => {
      const other = await now().server.addRepository('other');
      await git(now().dir, ['remote', 'set-url', 'origin', other.url]);
      expect(await now().look()).toMatchObject({ word: 'unreachable' });
      await git(now().dir, ['remote', 'set-url', 'origin', join(now().scratch, 'nowhere.git')]);
      const seen = await now().look();
      expect(seen).toMatchObject({ word: 'unreachable' });
      expect(seen.error).toContain('shows no such repository');
    });

    it('credentials in the address stay out of the error', async () => {
      await git(now().dir, ['remote', 'set-url', 'origin', 'https://me:s3cr3t@127.0.0.1:1/repo.git']);
      const seen = await now().look();
      expect(seen.word).toBe('unreachable');
      expect(seen.error).not.toContain('s3cr3t');
    });
  });

  describe('keys', () => {
    const keyDirectory = () => join(now().scratch, 'keys');

    it('the key named after the directory comes first, then the shared one, then none', async () => {
      await chmod(join(keyDirectory(), 'platform_deploy_key'), 0o600);
      const shared = await makeKey(join(keyDirectory(), 'id_rsa_git_ssh_read_only'));
      expect(await now().look()).toMatchObject({ word: 'up to date' });

      const wrong = await makeKey(join(now().scratch, 'wrong'));
      await writeFile(join(keyDirectory(), 'platform_deploy_key'), await readFile(wrong));
      const refused = await now().look();
      expect(refused.word).toBe('unreachable');
      expect(refused.error).toContain(`the key ${join(keyDirectory(), 'platform_deploy_key')} was offered`);

      await removeScratch(join(keyDirectory(), 'platform_deploy_key'));
      expect((await now().look()).error).toContain(`the key ${shared} was offered`);
      await now().server.authorise(now().served, shared);
      expect(await now().look()).toMatchObject({ word: 'up to date' });

      const none = await now().look({
        keys: { ...now().keys, keyDirectory: join(now().scratch, 'no-such-directory') },
      });
      expect(none.word).toBe('unreachable');
      expect(none.error).toContain('no deploy key was found');
    });

    it('a remote that is no ssh needs none', async () => {
      await git(now().dir, ['remote', 'set-url', 'origin', now().served.path]);
      await now().release({ 'a.txt': '2\n' }, 'second');
      expect(await now().look({ keys: { ownKnownHosts: join(now().scratch, 'kh') } })).toMatchObject({
        word: 'behind',
      });
    });

    it('paths with blanks, quotes and percent signs are paths', async () => {
      const odd = join(now().scratch, `o'd "d" %h $(touch pwned)`);
      await mkdir(odd);
      await writeFile(join(odd, 'platform_deploy_key'), await readFile(now().served.deployKeyPath), { mode: 0o600 });
      const seen = await now().look({ keys: { keyDirectory: odd, ownKnownHosts: join(odd, 'known hosts') } });
      expect(seen).toMatchObject({ word: 'up to date' });
      expect(await readFile(join(odd, 'known hosts'), 'utf8')).toContain(await now().server.hostKeyPublic());
    });

    it('an unreadable key is named with what is wrong with it', async () => {
      await writeFile(join(keyDirectory(), 'platform_deploy_key'), 'not a key\n');
      const { error } = await now().look();
      expect(error).toContain(join(keyDirectory(), 'platform_deploy_key'));
      expect(error).toContain('could not be used');
    });
  });

  describe('host keys', () => {
    it('an unknown host is added to our file', async () => {
      await now().look();
      expect(await readFile(join(now().scratch, 'known_hosts'), 'utf8')).toBe(await now().server.knownHostsLine());
      await now().look();
      expect(await readFile(join(now().scratch, 'known_hosts'), 'utf8')).toBe(await now().server.knownHostsLine());
    });

    it("an operator's file is strict: unknown hosts are refused, trusted ones now().served, nothing is written", async () => {
      const knownHostsFile = join(now().scratch, 'operators hosts');
      await writeFile(knownHostsFile, '');
      const strict = { ...now().keys, knownHostsFile };
      const refused = await now().look({ keys: strict });
      expect(refused.word).toBe('unreachable');
      expect(refused.error).toContain(`no host key of [127.0.0.1]:${now().server.port} is in ${knownHostsFile}`);
      expect(await readFile(knownHostsFile, 'utf8')).toBe('');

      await writeFile(knownHostsFile, await now().server.knownHostsLine());
      expect(await now().look({ keys: strict })).toMatchObject({ word: 'up to date' });
      expect(await readFile(knownHostsFile, 'utf8')).toBe(await now().server.knownHostsLine());
    });

    it('a changed host key stops the checkout and names host, file and remedy', async () => {
      await now().look();
      const before = await readFile(join(now().scratch, 'known_hosts'), 'utf8');
      await now().server.changeHostKey();
      const seen = await now().look();
      expect(seen.word).toBe('unreachable');
      expect(seen.error).toContain(`the host key of [127.0.0.1]:${now().server.port} is not the one in`);
      expect(seen.error).toContain(`ssh-keygen -f ${join(now().scratch, 'known_hosts')} -R`);
      expect(await readFile(join(now().scratch, 'known_hosts'), 'utf8')).toBe(before);
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
