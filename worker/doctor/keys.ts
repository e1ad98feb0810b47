/** Which ssh key each checkout would use, and whether ssh takes it. Keys are never read. */
import { stat } from 'node:fs/promises';
import { chooseKey, keyCandidates } from '../../activities/git/keys.js';
import { sshRemote } from '../../activities/git/ssh-command.js';
import { messageOf } from '../../activities/shared/failures.js';
import { fail, ok, warn } from '../../client/doctor/findings.js';
import type { Check } from '../../client/doctor/run-checks.js';
import type { Finding } from '../../client/schemas.js';
import type { DoctorContext, RemoteOf } from './context.js';

export const keys: Check<DoctorContext> = {
  name: 'keys',
  limitMs: 25_000,
  async run(context, signal) {
    const overSsh = (await context.remotes()).filter(({ url }) => sshRemote(url) !== undefined);
    if (overSsh.length === 0) return [ok('keys', 'no remote is reached by ssh')];
    return Promise.all(overSsh.map((remote) => keyOf(remote, context, signal)));
  },
};

async function keyOf({ checkout, url }: RemoteOf, context: DoctorContext, signal: AbortSignal): Promise<Finding> {
  const what = `key of ${checkout.name}`;
  const { keys: settings } = await context.watched();
  const { owner } = await context.repository(checkout.dir, signal);
  const key = await chooseKey(settings, checkout.dir, url);
  const { keyDirectory } = settings;
  if (key === undefined) {
    if (keyDirectory === undefined || keyDirectory === '') {
      return warn(
        what,
        `no key directory is set: ssh uses what ${owner.user} has`,
        'Set AUTODEPLOY_DEPLOY_KEY_ROOT_DIR.',
      );
    }
    const names = keyCandidates(keyDirectory, checkout.dir).join(' and ');
    return warn(what, `there is neither ${names}: ssh uses what ${owner.user} has`, 'Put a deploy key there.');
  }
  try {
    return judgeKey(what, { path: key, ...(await stat(key)) }, owner);
  } catch (error) {
    return fail(what, `${key} cannot be looked at: ${messageOf(error)}`, `Let ${owner.user} reach its directory.`);
  }
}

export interface KeyFile {
  path: string;
  mode: number;
  uid: number;
  gid: number;
}

/** As whom ssh runs. */
export interface KeyUser {
  uid: number;
  gid: number;
  user: string;
}

/** ssh refuses a key of its user's that others may read; one of another user's it only has to be able to read. Pure. */
export function judgeKey(what: string, { path, mode, uid, gid }: KeyFile, user: KeyUser): Finding {
  const isOwn = uid === user.uid;
  const shown = (mode & 0o777).toString(8).padStart(4, '0');
  if (isOwn && (mode & 0o077) !== 0) {
    return fail(what, `ssh refuses ${path}: others may read it (mode ${shown})`, `chmod 600 ${path}`);
  }
  const readable = user.uid === 0 || (mode & (isOwn ? 0o400 : gid === user.gid ? 0o040 : 0o004)) !== 0;
  return readable
    ? ok(what, path)
    : fail(what, `${user.user}, as whom git runs, may not read ${path} (mode ${shown})`, `chown ${user.user} ${path}`);
}
