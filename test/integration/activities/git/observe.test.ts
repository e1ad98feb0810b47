import { chown, mkdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { commit, fingerprint, git, giveAway, writeFiles } from '../../../support/git-checkout.js';
import { useServedCheckout } from './served-checkout.js';
import { needsRoot } from '../../../support/needs.js';

/** `nobody` on every Linux. */
const NOBODY = 65534;

describe('activities/git/observe', () => {
  const now = useServedCheckout('observe');

  describe('words', () => {
    it('up to date, with branch, upstream, both commits and the subject', async () => {
      const head = await git(now().dir, ['rev-parse', 'HEAD']);
      expect(await now().look()).toEqual({
        name: 'platform',
        dir: now().dir,
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
      const upstreamCommit = await commit(now().author, { 'a.txt': '2\n' }, 'second');
      await git(now().author, ['push', '--quiet', now().served.url, 'HEAD:main'], {
        GIT_SSH_COMMAND: now().served.pushSshCommand,
      });
      expect(await now().look({ fetch: false })).toMatchObject({ word: 'up to date' });
      expect(await now().look()).toMatchObject({
        word: 'behind',
        behind: 1,
        ahead: 0,
        upstreamCommit,
        subject: 'second',
      });
      expect(await now().look({ fetch: false })).toMatchObject({ word: 'behind' });
    });

    it('scenario 12: ahead and diverged', async () => {
      await commit(now().dir, { 'own.txt': 'x\n' }, 'own');
      expect(await now().look()).toMatchObject({ word: 'ahead', ahead: 1, behind: 0 });
      await now().release({ 'a.txt': '2\n' }, 'second');
      expect(await now().look()).toMatchObject({ word: 'diverged', ahead: 1, behind: 1 });
    });

    it('not dirty by an untracked file that we rendered, but by a tracked one of that name', async () => {
      const rendered = [join(now().dir, 'made.conf'), join(now().dir, 'a.txt')];
      await writeFiles(now().dir, { 'made.conf': 'rendered\n' });
      expect(await now().look({ rendered })).toMatchObject({ word: 'up to date' });
      await writeFiles(now().dir, { 'a.txt': 'edited\n' });
      expect(await now().look({ rendered })).toMatchObject({ word: 'dirty', files: ['a.txt'] });
    });

    it('dirty with the files, untracked ones too, and it beats behind', async () => {
      await now().release({ 'a.txt': '2\n' }, 'second');
      await writeFiles(now().dir, { 'a.txt': 'edited\n', 'new file.txt': '', ignored: 'is no matter' });
      expect(await now().look()).toMatchObject({ word: 'dirty', behind: 1, files: ['a.txt', 'new file.txt'] });
    });

    it('at most 20 dirty files are named', async () => {
      for (let index = 0; index < 25; index += 1) await writeFiles(now().dir, { [`f${index}`]: '' });
      const { files } = await now().look();
      expect(files).toHaveLength(21);
      expect(files?.at(-1)).toBe('… and 5 more');
    });

    it('scenario 14: detached', async () => {
      await git(now().dir, ['checkout', '--quiet', '--detach']);
      expect(await now().look()).toMatchObject({ word: 'detached', behind: 0 });
    });

    it('scenario 14: no upstream', async () => {
      await git(now().dir, ['checkout', '--quiet', '-b', 'mine']);
      expect(await now().look()).toMatchObject({ word: 'no upstream', branch: 'mine' });
    });

    it('scenario 14: upstream gone, once the branch is deleted on the remote', async () => {
      await now().release({}, 'other', 'other');
      await now().look();
      await git(now().dir, ['checkout', '--quiet', '-b', 'other', '--track', 'origin/other']);
      expect(await now().look({ fetch: false })).toMatchObject({ word: 'up to date' });
      await git(now().author, ['push', '--quiet', 'origin', ':other']);
      expect(await now().look()).toMatchObject({ word: 'upstream gone', upstream: 'origin/other' });
    });

    it('missing', async () => {
      const gone = join(now().scratch, 'gone');
      const seen = await now().look({ checkout: { name: 'gone', dir: gone } });
      expect(seen).toMatchObject({ word: 'missing', behind: 0 });
      expect(seen.error).toContain(gone);
    });

    it('not a repository: an ordinary directory, a file, a subdirectory of a checkout, a corrupt checkout', async () => {
      const plain = join(now().scratch, 'plain');
      await mkdir(plain);
      expect(await now().look({ checkout: { name: 'plain', dir: plain } })).toMatchObject({
        word: 'not a repository',
        error: expect.stringContaining('not a git repository') as string,
      });
      for (const path of [join(now().dir, 'a.txt'), join(now().dir, 'sub')]) {
        expect(await now().look({ checkout: { name: 'x', dir: path } })).toMatchObject({ word: 'not a repository' });
      }
      await writeFile(join(now().dir, '.git', 'HEAD'), 'rubbish\n');
      expect(await now().look()).toMatchObject({ word: 'not a repository' });
    });

    it('as root, not a repository: one whose parts belong to different users', async (context) => {
      needsRoot(context);
      await chown(now().dir, NOBODY, NOBODY);
      expect(await now().look()).toMatchObject({
        word: 'not a repository',
        error: expect.stringContaining('dubious ownership') as string,
      });
    });
  });

  describe('leaves no trace', () => {
    /** Objects and remote-tracking refs are what a fetch is for. */
    const isFetched = (path: string) =>
      /^\.git\/(objects|refs\/remotes|logs\/refs\/remotes|packed-refs)(\/|$)/.test(path);
    const isStaleInIndex = async () => writeFiles(now().dir, { 'sub/b.txt': 'two\n' });

    it('HEAD, index, FETCH_HEAD and work tree are byte-equal afterwards', async () => {
      await now().release({ 'a.txt': '2\n', 'c.txt': 'new\n' }, 'second');
      // Rewritten with the same content: an index that is refreshed would change.
      await isStaleInIndex();
      await writeFile(join(now().dir, '.git', 'FETCH_HEAD'), 'as it was\n');
      await symlink('nowhere', join(now().dir, 'ignored'));
      const before = await fingerprint(now().dir, isFetched);
      expect(await now().look()).toMatchObject({ word: 'behind' });
      expect(await fingerprint(now().dir, isFetched)).toBe(before);
    });

    it.each(['x;touch pwned', '$(touch pwned)', '`touch pwned`', "it's|touch pwned"])(
      'a branch named %s is a name',
      async (name) => {
        const branch = name.replaceAll(' ', '${IFS}');
        await now().release({}, 'branch', branch);
        await now().look();
        await git(now().dir, ['checkout', '--quiet', '-b', branch, '--track', `origin/${branch}`]);
        const upstreamCommit = await now().release({ 'a.txt': '2\n' }, '`touch pwned` $(touch pwned)', branch);
        expect(await now().look()).toMatchObject({
          word: 'behind',
          branch,
          upstream: `origin/${branch}`,
          upstreamCommit,
          subject: '`touch pwned` $(touch pwned)',
        });
        for (const place of [now().dir, now().scratch, process.cwd()]) {
          await expect(stat(join(place, 'pwned'))).rejects.toThrow('ENOENT');
        }
      },
    );
  });

  describe('as root', () => {
    beforeEach(needsRoot);

    it('git runs as the owner: what a fetch writes belongs to him', async () => {
      await giveAway(now().dir, NOBODY);
      await chown(join(now().scratch, 'keys', 'platform_deploy_key'), NOBODY, NOBODY);
      await now().release({ 'a.txt': '2\n' }, 'second');
      expect(await now().look()).toMatchObject({ word: 'behind' });
      expect((await stat(join(now().dir, '.git', 'refs', 'remotes', 'origin', 'main'))).uid).toBe(NOBODY);
      expect(await readFile(join(now().scratch, 'known_hosts'), 'utf8')).toBe(await now().server.knownHostsLine());
      expect((await stat(join(now().scratch, 'known_hosts'))).uid).toBe(0);
    });

    it('a key that only root may read stays where it is, and is used all the same', async () => {
      await giveAway(now().dir, NOBODY);
      await now().release({ 'a.txt': '2\n' }, 'second');
      expect(await now().look()).toMatchObject({ word: 'behind' });
      expect((await stat(join(now().dir, '.git', 'refs', 'remotes', 'origin', 'main'))).uid).toBe(NOBODY);
    });
  });
});
