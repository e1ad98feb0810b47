/** rsync between directories of this host. Pure. */
import type { Command } from '../shared/run-command.js';

/**
 * Makes `to` what `from` is: contents, owners by number, modes, times, links, ACLs, attributes; what `from` does not have is
 * removed. What differs is told by content, not by time. `spared`: paths below `to`, relative to it, that are neither written
 * nor removed.
 */
export function mirrorCommand(
  from: string,
  to: string,
  { directory, spared = [] }: { directory: boolean; spared?: readonly string[] },
): Command {
  const filters = spared.map((path) => `--exclude=/${asPattern(path)}`);
  const options = ['-aHAX', '--numeric-ids', '--checksum', '--delete', '--mkpath', ...filters];
  // A slash at the end: the content of a directory rather than the directory.
  return { file: 'rsync', args: [...options, '--', directory ? `${from}/` : from, directory ? `${to}/` : to] };
}

/** A backslash is itself in a pattern without wildcards. */
const asPattern = (path: string): string =>
  /[*?[]/.test(path) ? path.replaceAll(/[\\*?[]/g, (special) => `\\${special}`) : path;
