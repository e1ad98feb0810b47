/**
 * As whom git runs. When we are root it runs as the checkout's owner, so that new files belong to him and git's own
 * ownership check passes without a wildcard `safe.directory`; otherwise as ourselves.
 */
import { stat } from 'node:fs/promises';
import { homedir, userInfo } from 'node:os';
import { elapsedMs } from '../shared/elapsed.js';
import { runCommand, type Command } from '../shared/run-command.js';

export interface Owner {
  readonly uid: number;
  readonly gid: number;
  /** Login name, or `uid 1234` when there is none. */
  readonly user: string;
  readonly home: string;
  /** We are root and the owner is not: child processes change to him. */
  readonly drop: boolean;
  /** The machine knows no user of that uid: ssh does not start as him. */
  readonly nameless?: boolean;
}

/** A home that does not exist keeps git from reading root's own configuration in place of the owner's. */
const NO_HOME = '/nonexistent';
const LOOKUP_LIMIT_MS = 10_000;

/** Owner of a directory. Throws the error of `stat` when it cannot be looked at. */
export async function ownerOf(dir: string, signal: AbortSignal): Promise<Owner> {
  const { uid, gid } = await stat(dir);
  const self = userInfo();
  if (self.uid !== 0 || uid === 0) {
    return { uid: self.uid, gid: self.gid, user: self.username, home: homedir(), drop: false };
  }
  const entry = await knownEntry(uid, signal);
  if (entry === undefined) return { uid, gid, user: `uid ${uid}`, home: NO_HOME, drop: true, nameless: true };
  return { uid, gid, ...entry, drop: true };
}

/** Spawn options that start a child as the owner. */
export const asOwner = (owner: Owner): { uid?: number; gid?: number } =>
  owner.drop ? { uid: owner.uid, gid: owner.gid } : {};

/**
 * The command as it changes to the owner by itself: the lock of a guarded command lies where only root may go, so the
 * change of user happens behind it. Supplementary groups are dropped, as `spawn` with a uid does.
 */
export function becomingOwner(command: Command, owner: Owner): Command {
  if (!owner.drop) return command;
  return {
    file: 'setpriv',
    args: [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', '--', command.file, ...command.args],
  };
}

/** First fields of a passwd line; undefined when it is none. */
export function parsePasswdLine(line: string): { user: string; home: string } | undefined {
  const [user, , , , , home] = line.trim().split(':');
  return user && home ? { user, home } : undefined;
}

interface Known {
  entry: { user: string; home: string };
  until: number;
}

/**
 * A checkout is opened a dozen times in a deployment; who is renamed counts a minute later. That there is nobody is not
 * remembered: a directory service may have been away.
 */
const KNOWN_MS = 60_000;
const known = new Map<number, Known>();

async function knownEntry(uid: number, signal: AbortSignal): Promise<Known['entry'] | undefined> {
  const found = known.get(uid);
  if (found !== undefined && elapsedMs() < found.until) return found.entry;
  const entry = await passwdEntry(uid, signal);
  if (entry) known.set(uid, { entry, until: elapsedMs() + KNOWN_MS });
  return entry;
}

/** `getent` rather than /etc/passwd: owners may come from a directory service. */
async function passwdEntry(uid: number, signal: AbortSignal): Promise<{ user: string; home: string } | undefined> {
  const { stdout } = await runCommand(
    { file: 'getent', args: ['passwd', String(uid)] },
    { env: { PATH: DEFAULT_PATH, LC_ALL: 'C' }, signal, timeoutMs: LOOKUP_LIMIT_MS, okStatuses: [0, 2] },
  );
  return parsePasswdLine(stdout);
}

export const DEFAULT_PATH = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin';
