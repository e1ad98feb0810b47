/** Starts commands so that they read the staged trees, and say live paths. */
import { join } from 'node:path';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { writeAtomically } from '../shared/files.js';
import type { Command } from '../shared/run-command.js';
import type { PathMap } from './mapped-paths.js';
import type { Wrap } from './place.js';

/**
 * Arguments: file of variables, script of sed, directory, `--`, the command. The status is that of the command; what it says
 * goes through sed on both streams.
 */
const MAPPED_SCRIPT = String.raw`
_bk_sed=$2
. "$1" && cd "$3" || exit 1
shift 4
unset OLDPWD
exec 3>&1 4>&2
_bk_status=$(
  exec 5>&1
  {
    { "$@" 2>&1 >&6 3>&- 4>&- 5>&- 6>&-; echo "$?" >&5; } | sed -f "$_bk_sed" >&4 5>&- 6>&-
  } 6>&1 | sed -f "$_bk_sed" >&3 5>&-
)
exit "$_bk_status"
`;

export async function mappedWrap(options: {
  variables: Readonly<Record<string, string>>;
  map: PathMap;
  folder: string;
  directory: string;
  hasStandIns: boolean;
}): Promise<Wrap> {
  const { variables, map, folder, directory } = options;
  const [environmentFile, sedFile] = [join(folder, '.environment'), join(folder, '.to-live')];
  // Values may be secrets: not on a command line.
  await writeAtomically(environmentFile, exportsOf(variables, map));
  await writeAtomically(sedFile, map.sed);
  return (command) => {
    if (options.hasStandIns && isBuild(command)) throw cannotBuild();
    const args = [environmentFile, sedFile, directory, '--', command.file, ...command.args.map(map.toStaged)];
    return { file: '/bin/sh', args: ['-c', MAPPED_SCRIPT, 'birdkeeper', ...args] };
  };
}

/** The variables that are different for who reads the staged trees. */
function exportsOf(variables: Readonly<Record<string, string>>, { toStaged }: PathMap): string {
  const lines = Object.entries(variables).flatMap(([name, value]) =>
    toStaged(value) === value ? [] : [`export ${name}='${toStaged(value).replaceAll("'", String.raw`'\''`)}'`],
  );
  return `${[...lines, ':'].join('\n')}\n`;
}

/** `docker compose`, options with a value each, `build`. */
function isBuild({ file, args }: Command): boolean {
  const [first, ...rest] = args;
  const at = rest.findIndex((word, index) => index % 2 === 0 && !word.startsWith('-'));
  return file === 'docker' && first === 'compose' && rest[at] === 'build';
}

const cannotBuild = (): StepFailure =>
  new StepFailure(
    FAILURES.configuration,
    'Images cannot be built from the staged stack without a mount namespace, because large files that git does not track would be missing in them. Build them elsewhere and pull them, or let birdkeeper make mount namespaces (in a container: the capability SYS_ADMIN).',
  );
