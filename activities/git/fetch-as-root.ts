/**
 * A fetch over ssh for an owner who cannot do it himself: ssh does not start for a uid without a name, and a key may be
 * for root alone. Root asks the remote in a scratch repository of ours, which neither reads the checkout's configuration
 * nor writes into it; the owner then fetches from there. The key stays where it is.
 */
import { lchown, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCommand } from '../shared/run-command.js';
import { fetchCommand } from './fetch-command.js';
import type { KeySettings } from './keys.js';
import { asOwner, type Owner } from './owner.js';
import { QUIET_CONFIG, type GitOptions, type Repository } from './repository.js';
import { withScratchRepository } from './scratch-repository.js';
import { withSsh } from './ssh-surroundings.js';

export async function mustFetchAsRoot(owner: Owner, key: string | undefined, options: GitOptions): Promise<boolean> {
  if (!owner.drop) return false;
  if (owner.nameless) return true;
  return key !== undefined && !(await mayRead(owner, key, options));
}

/** Asked as the owner: modes of all directories above, groups and access lists count. */
async function mayRead(owner: Owner, path: string, { signal, timeoutMs, environment }: GitOptions): Promise<boolean> {
  const { status } = await runCommand(
    { file: 'test', args: ['-r', path] },
    {
      env: { PATH: environment?.['PATH'] ?? '/usr/bin:/bin' },
      ...asOwner(owner),
      signal,
      timeoutMs,
      okStatuses: [0, 1],
    },
  );
  return status === 0;
}

export interface RootFetch {
  readonly remote: string;
  /** Address of the remote as git would use it. */
  readonly url: string;
  readonly refspecs: readonly string[];
  readonly keys: KeySettings;
  readonly key: string | undefined;
}

/** As `fetchCommand` does it, pruning included. Throws what its git calls throw. */
export async function fetchAsRoot(repository: Repository, request: RootFetch): Promise<void> {
  const { remote, url, refspecs, keys, key } = request;
  const [address = remote] = await configured(repository, `remote.${remote}.url`);
  const branches = await configured(repository, `remote.${remote}.fetch`);
  const wanted = [refspecs, branches, ['+refs/heads/*:refs/heads/*']].find(({ length }) => length > 0) ?? [];
  await withScratchRepository(repository, async (scratch) => {
    await prepare(repository, scratch);
    await withSsh({ settings: keys, key, owner: scratch.owner, onlyKey: true }, (command) =>
      scratch.run([...FROM_REMOTE, url, ...wanted.flatMap(mirrored)], {
        GIT_SSH_COMMAND: command,
        GIT_SSH_VARIANT: 'ssh',
        // The address is the owner's text: git knows others that run programs.
        GIT_ALLOW_PROTOCOL: 'ssh',
      }),
    );
    await giveAll(scratch.dir, repository.owner);
    await repository.run(fetchCommand(remote, refspecs), insteadOf(address, scratch.dir));
  });
}

const FROM_REMOTE: readonly string[] = [
  ...QUIET_CONFIG,
  'fetch',
  '--quiet',
  '--no-tags',
  '--no-write-fetch-head',
  '--no-auto-maintenance',
  '--end-of-options',
];

async function configured(repository: Repository, name: string): Promise<string[]> {
  const { stdout } = await repository.ask(['config', '--get-all', name], { okStatuses: [0, 1] });
  return stdout.split('\n').filter((line) => line !== '');
}

/** The same refs under the same names, so that the scratch repository looks like the remote. Pure. */
export function mirrored(refspec: string): string[] {
  if (refspec.startsWith('^')) return [refspec];
  const [source = ''] = refspec.replace(/^\+/, '').split(':');
  if (source === '' || source === 'HEAD') return [];
  if (/^(?:[0-9a-f]{40}|[0-9a-f]{64})$/.test(source)) return [`+${source}:refs/birdkeeper/${source}`];
  return [`+${source}:${source.startsWith('refs/') ? source : `refs/heads/${source}`}`];
}

/** Hidden from the owner's fetch: they only tell the remote what need not travel. */
const HAVE = 'refs/have/';
const CONFIG = `
[transfer]
  hideRefs = refs/have
[uploadpack]
  allowAnySHA1InWant = true
[core]
  alternateRefsCommand = true
`;

/** What the checkout has is told by its owner: root runs no git in there. */
async function prepare(repository: Repository, scratch: Repository): Promise<void> {
  await writeFile(join(scratch.dir, 'config'), CONFIG, { flag: 'a' });
  const format = '--format=%(objecttype) %(objectname)';
  const tips = await repository.read(['for-each-ref', format, 'refs/heads', 'refs/remotes']);
  const head = await repository.line(['rev-parse', '--quiet', '--verify', 'HEAD^{commit}']);
  const ids = new Set(tips.split('\n').flatMap((line) => (line.startsWith('commit ') ? [line.slice(7)] : [])));
  if (head !== undefined) ids.add(head);
  const lines = [...ids].sort().map((id) => `${id} ${HAVE}${id}\n`);
  await writeFile(join(scratch.dir, 'packed-refs'), `# pack-refs with: peeled fully-peeled sorted \n${lines.join('')}`);
  const shallow = await shallowCommits(repository);
  if (shallow.length > 0) await writeFile(join(scratch.dir, 'shallow'), shallow.map((id) => `${id}\n`).join(''));
}

/** Read as the owner, ids only: the file lies where he may put anything in its place. */
async function shallowCommits(repository: Repository): Promise<string[]> {
  const [isShallow, path = ''] = (
    await repository.read(['rev-parse', '--is-shallow-repository', '--git-path', 'shallow'])
  ).split('\n');
  if (isShallow !== 'true') return [];
  const { signal, timeoutMs } = repository.options;
  const { stdout } = await runCommand(
    { file: 'cat', args: ['--', path] },
    { cwd: repository.dir, env: repository.environment, ...asOwner(repository.owner), signal, timeoutMs },
  );
  return stdout.split('\n').filter((line) => /^[0-9a-f]{40,64}$/.test(line));
}

/** Nobody else can enter the directory before it is given away itself, so nothing in it can be exchanged. */
async function giveAll(dir: string, { uid, gid }: Owner): Promise<void> {
  for (const path of await readdir(dir, { recursive: true })) await lchown(join(dir, path), uid, gid);
  await lchown(dir, uid, gid);
}

/** By variables, since an address may hold what ends a name on the command line. */
const insteadOf = (address: string, dir: string): Record<string, string> => ({
  GIT_CONFIG_COUNT: '2',
  GIT_CONFIG_KEY_0: `url.${dir}.insteadOf`,
  GIT_CONFIG_VALUE_0: address,
  GIT_CONFIG_KEY_1: 'protocol.file.allow',
  GIT_CONFIG_VALUE_1: 'always',
});
