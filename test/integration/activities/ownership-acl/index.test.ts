import { execFileSync } from 'node:child_process';
import { chmod, lstat, mkdir, mkdtemp, readFile, realpath, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { grantWrite, type GrantRequest } from '../../../../activities/ownership-acl/index.js';
import { localStep } from '../../../../activities/shared/step.js';
import { git } from '../../../support/git-checkout.js';
import { needsRoot } from '../../../support/needs.js';

/** A user of every Debian, who is not root and owns nothing here. */
const DAEMON = 1;
const PATH = process.env['PATH'] ?? '';
let dir: string;

beforeEach(async (context) => {
  needsRoot(context);
  dir = await realpath(await mkdtemp(join(tmpdir(), 'bk-test-acl-')));
  await chmod(dir, 0o755);
});
afterEach(() => rm(dir, { recursive: true, force: true }));

const grant = (paths: string[], more: Partial<GrantRequest> = {}) =>
  grantWrite(
    {
      candidates: paths.map((path) => ({ path, why: 'as given' })),
      invoker: { given: String(DAEMON), uid: 0 },
      dryRun: false,
      environment: { PATH },
      ...more,
    },
    localStep(),
  );
const problems = async (...given: Parameters<typeof grant>) =>
  (await grant(...given)).targets.map(({ problem }) => problem ?? 'none');

/** As the second user. */
const sh = (script: string): string =>
  execFileSync('/bin/sh', ['-c', script], {
    ...{ cwd: dir, uid: DAEMON, gid: DAEMON, encoding: 'utf8', env: { PATH, HOME: '/nonexistent' } },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
const acl = (path: string): string =>
  execFileSync('getfacl', ['--absolute-names', '--numeric', '--recursive', path], { encoding: 'utf8' });

/** A checkout that root made, as one does whose group and others may not write. */
async function checkout(): Promise<string> {
  const place = join(dir, 'platform');
  await mkdir(join(place, 'config'), { recursive: true });
  await writeFile(join(place, 'config', 'a.conf'), 'a\n', { mode: 0o644 });
  await writeFile(join(place, 'run.sh'), '#!/bin/sh\n', { mode: 0o755 });
  return place;
}

describe('activities/ownership-acl/index', () => {
  it('lets the second user write what is there and what root makes there afterwards', async () => {
    const place = await checkout();
    expect(() => sh('echo b >> platform/config/a.conf')).toThrow('Permission denied');

    const { person, targets, warnings } = await grant([place]);
    expect(person).toMatchObject({ uid: DAEMON, name: 'daemon' });
    expect(targets).toMatchObject([{ path: place, command: expect.stringMatching(/^setfacl /) as string }]);
    expect([targets[0]?.problem, warnings]).toEqual([undefined, []]);
    sh('echo b >> platform/config/a.conf; echo c > platform/config/mine');
    expect(await readFile(join(place, 'config', 'a.conf'), 'utf8')).toBe('a\nb\n');

    await mkdir(join(place, 'later', 'deep'), { recursive: true });
    await writeFile(join(place, 'later', 'deep', 'root.conf'), 'root\n');
    sh('echo more >> platform/later/deep/root.conf; rm platform/config/a.conf; mkdir platform/later/mine');
    expect(await readFile(join(place, 'later', 'deep', 'root.conf'), 'utf8')).toBe('root\nmore\n');
  });

  it('lets him go on after a pull that root made, and leaves git a clean work tree', async () => {
    const [remote, place] = [join(dir, 'remote'), join(dir, 'clone')];
    const commit = async (file: string) => {
      await writeFile(join(remote, file), `${file}\n`);
      await git(remote, ['add', '.']);
      await git(remote, ['-c', 'user.name=x', '-c', 'user.email=x@x', 'commit', '--quiet', '--message', file]);
    };
    await mkdir(remote);
    await git(remote, ['init', '--quiet', '--initial-branch=main']);
    await commit('one');
    await git(dir, ['clone', '--quiet', remote, place]);
    expect(await problems([place])).toEqual(['none']);
    expect((await git(place, ['status', '--porcelain'])).trim()).toBe('');

    await commit('two');
    await git(place, ['pull', '--quiet']);
    const own = `git -c safe.directory='*' -C clone`;
    sh(`echo his >> clone/two; ${own} add two; ${own} -c user.name=d -c user.email=d@d commit --quiet --message his`);
    expect(sh(`${own} log --format=%an -1`).trim()).toBe('d');
  });

  it('gives nobody else more, and makes nothing executable', async () => {
    const place = await checkout();
    const secret = join(place, 'secret');
    await writeFile(secret, 'x', { mode: 0o600 });
    await grant([place]);
    expect(acl(secret)).toContain('group::---');
    expect(acl(secret)).toContain('other::---');
    expect(acl(join(place, 'config', 'a.conf'))).toContain(`user:${DAEMON}:rw-`);
    expect(acl(join(place, 'run.sh'))).toContain(`user:${DAEMON}:rwx`);
    expect((await lstat(join(place, 'config', 'a.conf'))).mode & 0o111).toBe(0);
  });

  it('follows no symbolic link out, and the one that is named to where it leads', async () => {
    const place = await checkout();
    await mkdir(join(dir, 'outside'));
    await writeFile(join(dir, 'outside', 'file'), 'x');
    await symlink('../outside', join(place, 'directory'));
    await symlink('../outside/file', join(place, 'file'));
    await symlink('platform', join(dir, 'named'));
    const before = acl(join(dir, 'outside'));
    expect((await grant([join(dir, 'named')])).targets.map(({ path }) => path)).toEqual([place]);
    expect(acl(place)).toContain(`default:user:${DAEMON}:rwx`);
    expect(acl(join(dir, 'outside'))).toBe(before);
  });

  it('changes nothing the second time, and takes in what came without its entry', async () => {
    const place = await checkout();
    await grant([place]);
    const once = acl(place);
    expect(await problems([place])).toEqual(['none']);
    expect(acl(place)).toBe(once);
    await writeFile(join(dir, 'moved'), 'x', { mode: 0o644 });
    execFileSync('mv', [join(dir, 'moved'), place]);
    expect(() => sh('echo y >> platform/moved')).toThrow('Permission denied');
    await grant([place]);
    sh('echo y >> platform/moved');
  });

  it('does the others when one has no ACLs, which is told, and skips what is missing with a warning', async () => {
    const place = await checkout();
    const plain = join(dir, 'plain');
    await mkdir(plain);
    execFileSync('mount', ['-t', 'ramfs', 'bk-test-acl', plain]);
    try {
      await writeFile(join(plain, 'file'), 'x');
      const { targets, warnings } = await grant([plain, join(dir, 'gone'), place]);
      expect(targets[0]?.problem).toContain('keeps no POSIX ACLs');
      expect(targets[1]).toMatchObject({ path: place });
      expect(targets[1]?.problem).toBeUndefined();
      expect(warnings).toEqual([`${dir}/gone (as given) does not exist: skipped.`]);
      sh('echo b >> platform/config/a.conf');
    } finally {
      execFileSync('umount', [plain]);
    }
  });

  it('does nothing with dryRun', async () => {
    const place = await checkout();
    const before = acl(place);
    const { targets } = await grant([place], { dryRun: true });
    expect(targets[0]?.command).toBe(
      `setfacl --recursive --physical --modify u:${DAEMON}:rwX,d:u:${DAEMON}:rwX -- ${place}`,
    );
    expect(acl(place)).toBe(before);
  });

  it('refuses the whole system, and warns where it would spoil ssh keys', async () => {
    const place = await checkout();
    expect((await problems(['/', place]))[0]).toContain('the whole system');
    const { warnings } = await grant([place], { keyDirectory: join(place, 'config') });
    expect(warnings.join()).toContain(`The ssh keys in ${place}/config lie in it`);
  });

  it('is refused for root and for users that nobody knows; a number needs no name', async () => {
    await expect(grant([], { invoker: { given: 'bk-test-none', uid: 0 } })).rejects.toThrow('knows no user');
    await expect(grant([], { invoker: { given: 'root', uid: 0 } })).rejects.toThrow('root may write everywhere');
    const { person } = await grant([], { invoker: { given: '54321', uid: 0 } });
    expect(person).toEqual({ uid: 54321, name: 'uid 54321' });
    expect((await grant([], { invoker: { uid: 0, sudoUser: 'daemon' } })).person.uid).toBe(DAEMON);
  });

  it('goes through sudo for who is not root, and says what is missing', async () => {
    const place = await checkout();
    const bin = join(dir, 'bin');
    await mkdir(bin);
    const invoker = { uid: DAEMON };
    const environment = { PATH: bin };
    await symlink(execFileSync('sh', ['-c', 'command -v getent'], { encoding: 'utf8' }).trim(), join(bin, 'getent'));
    await expect(grant([place], { invoker, environment })).rejects.toThrow('this host has no sudo');
    await expect(grant([place], { environment })).rejects.toThrow('Install the package acl');
    // A double: not every machine has sudo, and a real one may ask for a password.
    await writeFile(join(bin, 'sudo'), `#!/bin/sh\nPATH='${PATH}'\n[ "$1" = -- ] && shift\nexec "$@"\n`, {
      mode: 0o755,
    });
    expect(await problems([place], { invoker, environment })).toEqual(['none']);
    sh('echo b >> platform/config/a.conf');
    await writeFile(join(bin, 'sudo'), '#!/bin/sh\necho "sudo: a password is required" >&2\nexit 1\n');
    expect((await problems([place], { invoker, environment }))[0]).toContain('sudo refused (sudo: a password');
  });
});
