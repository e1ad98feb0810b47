/**
 * What one fetch over ssh needs, in a scratch directory of the checkout's owner: a copy of the host keys (ours lie
 * where only root may go) and a link to the key (ssh expands `%`, `~` and blanks in paths; those here have none).
 */
import { chown, mkdtemp, open, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { readIfThere } from '../shared/files.js';
import type { KeySettings } from './keys.js';
import type { Owner } from './owner.js';
import { quoteForShell, sshCommand } from './ssh-command.js';

const CONNECT_TIMEOUT_SECONDS = 15;

/** File of host keys that counts, and whether an unknown host may be added to it. */
export function hostKeysOf(settings: KeySettings): { file: string; strict: boolean } {
  const theirs = settings.knownHostsFile;
  return theirs === undefined || theirs === ''
    ? { file: settings.ownKnownHosts, strict: false }
    : { file: theirs, strict: true };
}

/** Calls `use` with the value for GIT_SSH_COMMAND; afterwards hosts that ssh got to know are added to our file. */
export async function withSsh<T>(
  request: { settings: KeySettings; key: string | undefined; owner: Owner; onlyKey?: boolean },
  use: (gitSshCommand: string) => Promise<T>,
): Promise<T> {
  const { settings, key, owner, onlyKey = false } = request;
  const { file, strict } = hostKeysOf(settings);
  const before = (await readIfThere(file)) ?? '';
  const scratch = await mkdtemp(join(tmpdir(), 'birdkeeper-ssh-'));
  try {
    const knownHosts = join(scratch, 'known_hosts');
    await writeFile(knownHosts, before, { mode: 0o600 });
    if (owner.drop) await giveTo(owner, scratch, knownHosts);
    const link = join(scratch, 'key');
    if (key !== undefined) await symlink(resolve(key), link);
    const command = sshCommand({
      ...(key === undefined ? {} : { key: link }),
      onlyKey,
      knownHosts,
      hostKeys: strict ? 'yes' : 'accept-new',
      connectTimeoutSeconds: CONNECT_TIMEOUT_SECONDS,
    });
    try {
      return await use(quoteForShell(command));
    } finally {
      if (!strict) await addHosts(file, newLines(before, (await readIfThere(knownHosts)) ?? ''));
    }
  } finally {
    await rm(scratch, { recursive: true, force: true });
  }
}

async function giveTo(owner: Owner, ...paths: string[]): Promise<void> {
  for (const path of paths) await chown(path, owner.uid, owner.gid);
}

/** Lines that `after` has and `before` has not. */
export function newLines(before: string, after: string): string[] {
  const known = new Set(linesOf(before));
  return linesOf(after).filter((line) => !known.has(line));
}

const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

/** Appends in one write: several checkouts of one new host are fetched at the same time. */
async function addHosts(file: string, lines: string[]): Promise<void> {
  if (lines.length === 0) return;
  const missing = newLines((await readIfThere(file)) ?? '', lines.join('\n'));
  if (missing.length === 0) return;
  const handle = await open(file, 'a', 0o600);
  try {
    await handle.appendFile(`${missing.join('\n')}\n`);
  } finally {
    await handle.close();
  }
}
