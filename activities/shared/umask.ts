/** Files that other users of the host are to read. Pure. */
import { describeCommand, type Command } from './run-command.js';

/** The command as it writes files that all may read and only their owner may change, whatever the worker's own umask is. */
export function readableByAll(command: Command): Command {
  return {
    file: '/bin/sh',
    args: ['-c', 'umask 022 && exec "$@"', 'sh', command.file, ...command.args],
    shownAs: describeCommand(command),
  };
}
