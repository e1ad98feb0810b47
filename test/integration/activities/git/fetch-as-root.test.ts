import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { chmod, chown, lstat, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { advance } from '../../../../activities/git/advance.js';
import { fingerprint, git, giveAway } from '../../../support/git-checkout.js';
import { needsRoot } from '../../../support/needs.js';
import { useServedCheckout } from './served-checkout.js';

/** A uid that no machine knows. */
const NAMELESS = 4242;
const NOBODY = 65534;

describe('activities/git/fetch-as-root', () => {
  const now = useServedCheckout('as-root');
  const keyPath = () => join(now().scratch, 'keys', 'platform_deploy_key');
  const inDir = (args: string[]) =>
    git(now().scratch, ['--git-dir', join(now().dir, '.git'), '--work-tree', now().dir, ...args]);
  const leftovers = async () => (await readdir(now().scratch)).filter((name) => name.startsWith('birdkeeper-'));

  beforeEach((context) => {
    needsRoot(context);
    vi.stubEnv('TMPDIR', now().scratch);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    expect(await leftovers()).toEqual([]);
  });

  /** The key in a directory that only root may enter, as it should lie. */
  async function closeKeys(): Promise<void> {
    await chmod(join(now().scratch, 'keys'), 0o700);
    await chmod(keyPath(), 0o600);
    await chown(keyPath(), 0, 0);
  }

  it.each([
    ['whom the machine does not know', NAMELESS],
    ['who may not read the key', NOBODY],
  ])('an owner %s gets what is new, and only he owns it', async (_, uid) => {
    await closeKeys();
    await giveAway(now().dir, uid);
    const upstreamCommit = await now().release({ 'a.txt': '2\n' }, 'second');
    const untouched = (path: string) => /^\.git\/(objects|refs\/remotes|logs\/refs\/remotes)(\/|$)/.test(path);
    const before = await fingerprint(now().dir, untouched);
    expect(await now().look()).toMatchObject({ word: 'behind', behind: 1, upstreamCommit });
    expect(await fingerprint(now().dir, untouched)).toBe(before);
    for (const path of await readdir(now().dir, { recursive: true })) {
      expect([path, (await lstat(join(now().dir, path))).uid]).toEqual([path, uid]);
    }
    expect(existsSync(join(now().dir, '.git', 'FETCH_HEAD'))).toBe(false);
    expect(await inDir(['fsck', '--connectivity-only'])).toBe('');
  });

  it('what was looked at moves, and the next look is up to date', async () => {
    await closeKeys();
    await giveAway(now().dir, NAMELESS);
    const to = await now().release({ 'a.txt': '2\n' }, 'second');
    const { head: from = '' } = await now().look();
    const request = {
      checkout: { name: 'platform', dir: now().dir },
      guard: { lock: join(now().scratch, 'lock'), waitSeconds: 10, limitSeconds: 60 },
      interrupted: false,
      rendered: [],
      signal: new AbortController().signal,
      timeoutMs: 30_000,
    };
    expect(await advance({ ...request, from, to })).toBe('moved');
    expect(await now().look()).toMatchObject({ word: 'up to date', head: to });
    expect((await lstat(join(now().dir, 'a.txt'))).uid).toBe(NAMELESS);
  });

  it('branches that are gone are pruned, others and pins arrive', async () => {
    await closeKeys();
    await now().release({}, 'other', 'other');
    await git(now().author, ['tag', '--annotate', '--message', 'one', 'v1', 'HEAD~1']);
    await git(now().author, ['push', '--quiet', 'origin', 'v1']);
    await giveAway(now().dir, NAMELESS);
    await now().look();
    expect(await inDir(['for-each-ref', '--format=%(refname)', 'refs/remotes/origin/other'])).not.toBe('');
    await git(now().author, ['push', '--quiet', 'origin', ':other']);
    expect(await now().look()).toMatchObject({ word: 'up to date' });
    expect(await inDir(['for-each-ref', '--format=%(refname)', 'refs/remotes/origin/other'])).toBe('');
    expect(await now().look({ pin: 'v1' })).toMatchObject({ word: 'up to date', pin: 'v1' });
    expect(await now().look({ pin: 'v9' })).toMatchObject({ word: 'upstream gone' });
    const refs = await inDir(['for-each-ref', '--format=%(refname)']);
    expect(refs.split('\n').filter((ref) => !/^refs\/(heads\/main|remotes\/)/.test(ref))).toEqual([]);
  });

  it('only what is new travels', async () => {
    await closeKeys();
    const big = randomBytes(300_000).toString('hex');
    await now().release({ 'big.bin': big }, 'big');
    await git(now().dir, ['fetch', '--quiet', now().served.path, '+refs/heads/main:refs/remotes/origin/main']);
    await giveAway(now().dir, NAMELESS);
    await now().release({ 'a.txt': 'small\n' }, 'small');
    // Written by git itself, as root: the packs that it received.
    const received = join(now().scratch, 'received');
    const environment = { GIT_TRACE_PACKFILE: received };
    expect(await now().look({ environment })).toMatchObject({ word: 'behind', behind: 2 });
    const { size } = await lstat(received);
    expect(size).toBeGreaterThan(100);
    expect(size).toBeLessThan(10_000);
  });

  it('a shallow checkout stays one that works', async () => {
    await closeKeys();
    await now().release({ 'a.txt': '2\n' }, 'second');
    await rm(now().dir, { recursive: true });
    await git(now().scratch, ['clone', '--quiet', '--depth=1', `file://${now().served.path}`, now().dir]);
    await git(now().dir, ['remote', 'set-url', 'origin', now().served.url]);
    await giveAway(now().dir, NAMELESS);
    await now().release({ 'a.txt': '3\n' }, 'third');
    expect(await now().look()).toMatchObject({ word: 'behind', behind: 1 });
  });

  it('the checkout says nothing to what root runs', async () => {
    await closeKeys();
    const pwned = join(now().scratch, 'pwned');
    const program = join(now().dir, '.git', 'program');
    await writeFile(program, `#!/bin/sh\ntest "$(id -u)" = 0 && touch ${pwned}\nexit 1\n`, { mode: 0o755 });
    for (const setting of ['core.sshCommand', 'core.fsmonitor', 'core.alternateRefsCommand', 'core.hooksPath']) {
      await git(now().dir, ['config', setting, program]);
    }
    await giveAway(now().dir, NAMELESS);
    await now().release({ 'a.txt': '2\n' }, 'second');
    expect(await now().look()).toMatchObject({ word: 'behind' });
    await inDir(['config', 'remote.origin.url', `ext::${program} x`]);
    await chown(join(now().dir, '.git', 'config'), NAMELESS, NAMELESS);
    expect(await now().look()).toMatchObject({ word: 'unreachable' });
    expect(existsSync(pwned)).toBe(false);
  });

  it('without a key it says so', async () => {
    await giveAway(now().dir, NAMELESS);
    await rm(keyPath());
    const seen = await now().look();
    expect(seen).toMatchObject({ word: 'unreachable', error: expect.stringContaining('no deploy key') as string });
  });

  it('host keys are kept and a strict file counts; a key that opens nothing is told as ever', async () => {
    await closeKeys();
    await giveAway(now().dir, NAMELESS);
    await now().look();
    expect(await readFile(join(now().scratch, 'known_hosts'), 'utf8')).toBe(await now().server.knownHostsLine());
    const strict = join(now().scratch, 'strict');
    await writeFile(strict, '');
    expect((await now().look({ keys: { ...now().keys, knownHostsFile: strict } })).error).toContain('no host key of');
    await writeFile(keyPath(), await readFile(now().served.pushKeyPath));
    expect(await now().look()).toMatchObject({ word: 'up to date' });
    const other = await now().server.addRepository('another');
    await writeFile(keyPath(), await readFile(other.deployKeyPath));
    expect(await now().look()).toMatchObject({ word: 'unreachable' });
  });
});
