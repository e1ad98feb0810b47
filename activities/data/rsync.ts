/** The rsync command of one directory. Pure. */
import type { Command } from '../shared/run-command.js';
import { readableByAll } from '../shared/umask.js';
import type { Owner } from './settings.js';

/**
 * The options of upstream: neither times nor owners are kept, content alone says what differs. A slash behind the source means
 * its content. `--`: no directory is taken for an option.
 */
export const rsyncArgs = (copy: { source: string; destination: string; options: readonly string[] }): string[] => [
  '--recursive',
  '--links',
  '--checksum',
  '--delete',
  '--itemize-changes',
  '--human-readable',
  '--verbose',
  '--prune-empty-dirs',
  ...copy.options,
  '--',
  `${copy.source.replace(/\/*$/, '')}/`,
  copy.destination,
];

/**
 * Run as the owner rather than with `--chown`: what is there of others stays theirs, and only what the owner may write is
 * written, as in upstream's container of that user.
 */
export function rsyncCommand(
  copy: { source: string; destination: string; options: readonly string[] },
  owner: Owner | undefined,
): Command {
  const rsync: Command = { file: 'rsync', args: rsyncArgs(copy), shownAs: 'rsync' };
  if (owner === undefined) return readableByAll(rsync);
  const become = [`--reuid=${owner.uid}`, `--regid=${owner.gid}`, '--clear-groups', '--'];
  return readableByAll({ file: 'setpriv', args: [...become, rsync.file, ...rsync.args], shownAs: 'rsync' });
}
