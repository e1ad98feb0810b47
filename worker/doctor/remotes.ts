/** Host keys and remotes: asked as a fetch would ask, and nothing is kept of it. */
import { copyFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { explainFetchFailure } from '../../activities/git/fetch-failure.js';
import { chooseKey } from '../../activities/git/keys.js';
import type { Repository } from '../../activities/git/repository.js';
import { sshRemote } from '../../activities/git/ssh-command.js';
import { hostKeysOf, withSsh } from '../../activities/git/ssh-surroundings.js';
import { isMissing } from '../../activities/shared/files.js';
import { messageOf } from '../../activities/shared/failures.js';
import { redactUrls } from '../../activities/shared/redact.js';
import { CommandFailed, runCommand } from '../../activities/shared/run-command.js';
import { fail, ok, warn } from '../../client/doctor/findings.js';
import type { Check } from '../../client/doctor/run-checks.js';
import type { Finding } from '../../client/schemas.js';
import type { DoctorContext, RemoteOf, Watched } from './context.js';

const REMOTE_MS = 15_000;
const LOOKUP_MS = 5_000;

export const knownHosts: Check<DoctorContext> = {
  name: 'known hosts',
  limitMs: 25_000,
  async run(context, signal) {
    const { file, strict } = hostKeysOf((await context.watched()).keys);
    const hosts = [...new Set((await context.remotes()).flatMap(({ url }) => sshRemote(url)?.host ?? []))];
    try {
      await readFile(file);
    } catch (error) {
      if (!strict && isMissing(error))
        return [ok('known hosts', 'none yet: a host is accepted the first time, and kept')];
      return [fail('known hosts', `${file} cannot be read: ${messageOf(error)}`, 'Correct BIRDKEEPER_KNOWN_HOSTS.')];
    }
    const unknown: string[] = [];
    for (const host of hosts) if (!(await isKnown(host, file, context, signal))) unknown.push(host);
    if (unknown.length === 0)
      return [ok('known hosts', `${file} holds ${hosts.join(', ') || 'what is needed (nothing)'}`)];
    return [
      strict
        ? fail(
            'known hosts',
            `${file} does not hold ${unknown.join(', ')}`,
            'Ask the operator of the host for its key and add it.',
          )
        : ok('known hosts', `${unknown.join(', ')}: accepted the first time, and kept in ${file}`),
    ];
  },
};

/** ssh-keygen reads hashed names too. */
async function isKnown(host: string, file: string, { host: { childEnvironment } }: DoctorContext, signal: AbortSignal) {
  const { stdout } = await runCommand(
    { file: 'ssh-keygen', args: ['-F', host, '-f', file] },
    { env: childEnvironment, signal, timeoutMs: LOOKUP_MS, okStatuses: [0, 1] },
  );
  return stdout.trim() !== '';
}

export const remotes: Check<DoctorContext> = {
  name: 'remotes',
  limitMs: REMOTE_MS + 20_000,
  async run(context, signal) {
    const watched = await context.watched();
    const all = await context.remotes();
    const found = await Promise.all(all.map((remote) => reach(remote, watched, context, signal)));
    const without = watched.checkouts.filter(({ dir }) => all.every(({ checkout }) => checkout.dir !== dir));
    return [...found, ...without.map(({ name }) => warn(`remote of ${name}`, 'it has none that could be asked'))];
  },
};

async function reach(
  { checkout, remote, url }: RemoteOf,
  watched: Watched,
  context: DoctorContext,
  signal: AbortSignal,
): Promise<Finding> {
  const what = `remote of ${checkout.name}`;
  const repository = await context.repository(checkout.dir, signal, REMOTE_MS);
  const key = await chooseKey(watched.keys, checkout.dir, url);
  try {
    await listRemote(repository, remote, url, watched, key);
    return ok(what, `${redactUrls(url)} answers`);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    const hostKeys = hostKeysOf(watched.keys);
    const host = sshRemote(url)?.host;
    const { message } = explainFetchFailure({
      stderr: error.stderr,
      url: redactUrls(url),
      knownHosts: hostKeys.file,
      strict: hostKeys.strict,
      user: repository.owner.user,
      ...(error.reason === 'timed out' ? { timedOutAfter: REMOTE_MS / 1000 } : {}),
      ...(host === undefined ? {} : { host }),
      ...(key === undefined ? {} : { key }),
    });
    return fail(what, message, 'Until then its commits cannot be seen.');
  }
}

async function listRemote(
  repository: Repository,
  remote: string,
  url: string,
  { keys }: Watched,
  key: string | undefined,
): Promise<void> {
  const command = ['ls-remote', '--quiet', '--heads', '--end-of-options', remote];
  if (sshRemote(url) === undefined) {
    await repository.run(command);
    return;
  }
  // On a copy: a host that is seen here for the first time is not accepted for good.
  const scratch = await mkdtemp(join(tmpdir(), 'birdkeeper-doctor-'));
  try {
    const ownKnownHosts = join(scratch, 'known_hosts');
    await copyFile(keys.ownKnownHosts, ownKnownHosts).catch(() => undefined);
    await withSsh({ settings: { ...keys, ownKnownHosts }, key, owner: repository.owner }, (ssh) =>
      repository.run(command, { GIT_SSH_COMMAND: ssh, GIT_SSH_VARIANT: 'ssh' }),
    );
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}
