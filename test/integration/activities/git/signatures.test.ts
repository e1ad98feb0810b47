import { execFile } from 'node:child_process';
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, beforeEach, describe, expect, it, type TestContext } from 'vitest';
import { unsignedCommits, type SignatureRequest } from '../../../../activities/git/signatures.js';
import { FAILURES } from '../../../../activities/shared/failures.js';
import { commit, fingerprint, git, giveAway, makeScratch, removeScratch } from '../../../support/git-checkout.js';
import { needsRoot } from '../../../support/needs.js';
import { makeKey } from '../../../support/ssh-git.js';

const run = promisify(execFile);

describe('activities/git/signatures', () => {
  let root: string;
  let dir: string;
  let from: string;
  let signers: string;
  let key: string;
  let other: string;
  let count = 0;

  beforeAll(async () => {
    root = await makeScratch('signatures');
    key = await makeKey(join(root, 'ann'));
    other = await makeKey(join(root, 'eve'));
    signers = join(root, 'allowed_signers');
    await writeFile(signers, `ann@x ${await publicKey(key)}\n`, { mode: 0o600 });
  });
  afterAll(() => removeScratch(root));
  beforeEach(async () => {
    dir = join(root, `platform-${(count += 1)}`);
    await mkdir(dir);
    await git(dir, ['init', '--quiet', '--initial-branch=main']);
    from = await commit(dir, { 'a.txt': 'one\n' }, 'first');
  });

  const publicKey = async (path: string) => (await readFile(`${path}.pub`, 'utf8')).split(' ').slice(0, 2).join(' ');
  const head = () => git(dir, ['rev-parse', 'HEAD']);
  async function sign(keyPath: string, subject: string): Promise<string> {
    const settings = ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${keyPath}`];
    await git(dir, [...settings, 'commit', '--quiet', '--gpg-sign', '--allow-empty', '--message', subject]);
    return head();
  }
  const look = async ({ to, ...overrides }: Partial<SignatureRequest> = {}) =>
    unsignedCommits({
      checkout: { name: 'platform', dir },
      from,
      to: to ?? (await head()),
      mode: 'every',
      allowedSigners: signers,
      timeoutMs: 20_000,
      signal: new AbortController().signal,
      ...overrides,
    });
  /** The same commit with another message, and so with a signature of something else. */
  async function tamper(): Promise<void> {
    const text = (await git(dir, ['cat-file', 'commit', 'HEAD'])).replace('Honest', 'Altered');
    await writeFile(join(root, 'tampered'), `${text}\n`);
    const altered = await git(dir, ['hash-object', '-w', '-t', 'commit', join(root, 'tampered')]);
    await git(dir, ['reset', '--hard', '--quiet', altered]);
  }

  it('commits that a named key signed count', async () => {
    await sign(key, 'Raise the limit');
    await sign(key, 'Lower it');
    expect(await look()).toEqual([]);
  });

  it('every commit that does not is named, newest first, and only the newest for tip', async () => {
    const unsigned = await commit(dir, {}, 'Raise the limit');
    const foreign = await sign(other, 'By somebody');
    await sign(key, 'On top');
    expect(await look()).toEqual([
      `platform: commit ${foreign.slice(0, 7)} "By somebody" by Test <test@localhost> is signed by a key that is not in ${signers}`,
      `platform: commit ${unsigned.slice(0, 7)} "Raise the limit" by Test <test@localhost> is not signed`,
    ]);
    expect(await look({ mode: 'tip' })).toEqual([]);
    expect(await look({ mode: 'tip', to: unsigned })).toHaveLength(1);
  });

  it('commits of a merged branch are looked at too', async () => {
    await git(dir, ['checkout', '--quiet', '-b', 'side']);
    await commit(dir, {}, 'unsigned on the side');
    await git(dir, ['checkout', '--quiet', 'main']);
    await sign(key, 'main goes on');
    const settings = ['-c', 'gpg.format=ssh', '-c', `user.signingkey=${key}`];
    await git(dir, [...settings, 'merge', '--quiet', '--gpg-sign', '--no-edit', 'side']);
    expect(await look()).toEqual([expect.stringContaining('unsigned on the side')]);
  });

  it('a release that goes back is judged by itself', async () => {
    await sign(key, 'newer');
    expect(await look({ from: await head(), to: from })).toEqual([expect.stringContaining('"first"')]);
  });

  it('a signature of something else is bad', async () => {
    await sign(key, 'Honest');
    await tamper();
    expect(await look()).toEqual([expect.stringMatching(/"Altered" .* has a bad signature$/)]);
  });

  it('a key that was no longer valid is told from one that is not there', async () => {
    const expired = join(root, 'expired_signers');
    await writeFile(expired, `ann@x valid-before="20200101" ${await publicKey(key)}\n`);
    await sign(key, 'late');
    expect(await look({ allowedSigners: expired })).toEqual([expect.stringContaining('not valid then')]);
  });

  it('the checkout has no say: neither its settings nor a replaced commit', async () => {
    await writeFile(
      join(root, 'yes'),
      '#!/bin/sh\necho "Good \\"git\\" signature for ann@x with ED25519 key SHA256:x"\n',
    );
    await chmod(join(root, 'yes'), 0o755);
    const good = await sign(key, 'good');
    await git(dir, ['config', 'gpg.ssh.program', join(root, 'yes')]);
    await git(dir, ['config', 'gpg.ssh.allowedSignersFile', '/dev/null']);
    const foreign = await commit(dir, {}, 'unsigned');
    await git(dir, ['replace', foreign, good]);
    expect(await look()).toEqual([expect.stringContaining('"unsigned"')]);
  });

  it('more commits than one question has, and at most twenty sentences', async () => {
    for (let n = 0; n < 55; n += 1) await commit(dir, {}, `c${n}`);
    const told = await look();
    expect(told).toHaveLength(21);
    expect(told.at(-1)).toBe('… and 35 more');
    expect(new Set(told).size).toBe(21);
  });

  it('leaves the checkout as it was', async () => {
    await sign(key, 'one');
    const before = await fingerprint(dir);
    await look();
    expect(await fingerprint(dir)).toBe(before);
  });

  it.each([
    ['nobody is named', { allowedSigners: '' }, 'set BIRDKEEPER_ALLOWED_SIGNERS or BIRDKEEPER_GPG_KEYRING'],
    ['the file is not there', { allowedSigners: '/no/such/file' }, '/no/such/file, which cannot be read'],
    ['the keyring is not there', { gpgKeyring: '/no/such/ring' }, 'BIRDKEEPER_GPG_KEYRING names /no/such/ring'],
  ])('when %s, the setting is named', async (_, overrides, words) => {
    await expect(look(overrides)).rejects.toMatchObject({
      type: FAILURES.configuration,
      message: expect.stringContaining(words) as string,
    });
  });

  it('as root, a checkout of a user whom the machine does not know', async (context) => {
    needsRoot(context);
    await sign(key, 'good');
    const bad = await commit(dir, {}, 'unsigned');
    await giveAway(dir, 4242);
    expect(await look({ to: bad })).toEqual([expect.stringContaining('"unsigned"')]);
  });

  describe('with GPG', () => {
    let home: string;
    let ring: string;
    const gpg = (...args: string[]) => run('gpg', ['--homedir', home, '--batch', '--quiet', ...args]);
    const hasGpg = run('gpg', ['--version']).then(
      () => true,
      () => false,
    );
    const needsGpg = async (context: TestContext) => context.skip(!(await hasGpg), 'needs gpg');
    beforeEach(needsGpg);

    beforeAll(async () => {
      if (!(await hasGpg)) return;
      home = join(root, 'gpg');
      await mkdir(home, { mode: 0o700 });
      const make = ['--pinentry-mode', 'loopback', '--passphrase', '', '--quick-gen-key'];
      for (const name of ['ann', 'eve']) await gpg(...make, `${name} <${name}@x>`, 'ed25519', 'sign', 'never');
      await gpg('--faked-system-time', '20200101T000000', ...make, 'old <old@x>', 'ed25519', 'sign', '1y');
      ring = join(root, 'ring.gpg');
      await gpg('--output', ring, '--export', 'ann@x', 'old@x');
      await gpg('--armor', '--output', join(root, 'ring.asc'), '--export', 'ann@x');
    });
    afterAll(async () => {
      if (await hasGpg) await run('gpgconf', ['--homedir', home, '--kill', 'all']);
    });

    async function signAs(name: string, subject: string, clock = ''): Promise<string> {
      const wrapper = join(root, `gpg-${name}`);
      await writeFile(wrapper, `#!/bin/sh\nexec gpg --homedir ${home} ${clock} "$@"\n`, { mode: 0o755 });
      const settings = ['-c', `gpg.program=${wrapper}`, '-c', `user.signingkey=${name}@x`];
      await git(dir, [...settings, 'commit', '--quiet', '--gpg-sign', '--allow-empty', '--message', subject]);
      return head();
    }
    const withRing = (path = ring) => ({ allowedSigners: undefined, gpgKeyring: path });

    it('keys of the keyring count, binary or armoured; others do not, whatever the user trusts', async () => {
      await signAs('ann', 'by ann');
      expect(await look(withRing())).toEqual([]);
      expect(await look(withRing(join(root, 'ring.asc')))).toEqual([]);
      await signAs('eve', 'by eve');
      expect(await look(withRing())).toEqual([
        expect.stringMatching(/"by eve" .* is signed by a key that is not in .*ring\.gpg$/),
      ]);
    });

    it('ssh keys count beside it, and nothing that neither knows', async () => {
      await signAs('ann', 'by gpg');
      await sign(key, 'by ssh');
      expect(await look({ gpgKeyring: ring })).toEqual([]);
      expect(await look()).toEqual([expect.stringMatching(/"by gpg" .* nothing in .*allowed_signers can vouch for$/)]);
      expect(await look(withRing())).toEqual([expect.stringContaining('"by ssh"')]);
    });

    it('an expired key, a bad signature and a revoked key are told apart', async () => {
      await signAs('old', 'by old', '--faked-system-time 20200601T000000');
      expect(await look(withRing())).toEqual([expect.stringMatching(/"by old" .* is signed by a key of .* expired$/)]);
      await signAs('ann', 'Honest');
      await tamper();
      expect(await look(withRing())).toEqual(
        expect.arrayContaining([expect.stringMatching(/"Altered" .* has a bad signature$/)]),
      );

      const revocation = join(home, 'openpgp-revocs.d');
      const { stdout } = await gpg('--with-colons', '--list-keys', 'eve@x');
      const id = /^fpr:+([0-9A-F]+):/m.exec(stdout)?.[1] ?? '';
      const text = (await readFile(join(revocation, `${id}.rev`), 'utf8')).replace(':-----BEGIN', '-----BEGIN');
      await signAs('eve', 'by eve');
      await writeFile(join(root, 'revoked'), text);
      await gpg('--import', join(root, 'revoked'));
      await gpg('--output', join(root, 'revoked.gpg'), '--export', 'eve@x');
      const told = await look({ ...withRing(join(root, 'revoked.gpg')), mode: 'tip' });
      expect(told).toEqual([expect.stringMatching(/that was revoked$/)]);
    });

    it('a keyring without a key is a mistake of the setting', async () => {
      await writeFile(join(root, 'empty.gpg'), '');
      await expect(look(withRing(join(root, 'empty.gpg')))).rejects.toMatchObject({ type: FAILURES.configuration });
      await writeFile(join(root, 'rubbish.gpg'), 'no keyring at all');
      await expect(look(withRing(join(root, 'rubbish.gpg')))).rejects.toMatchObject({ type: FAILURES.configuration });
    });
  });
});
