/** Shows staged trees at their live paths to one command and its children, in a mount namespace of their own. */
import { existsSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { CommandFailed, runCommand, tailOf, type Command } from '../shared/run-command.js';
import { mountsOf, type Mount, type Staged } from './staged-paths.js';

/**
 * Arguments: pairs of source and target, `--`, the command. The working directory is entered again by its path: the
 * process would otherwise stay in the directory that was covered. `rbind` carries what is mounted below along, and is the
 * only bind that an unprivileged namespace may make of a tree with mounts in it.
 */
const ENTER_SCRIPT = String.raw`
set -e
_bk_here=$(pwd -P)
until [ "$1" = -- ]; do
  mount -o rbind "$1" "$2"
  shift 2
done
shift
cd "$_bk_here"
unset _bk_here OLDPWD
exec "$@"
`;

const PROBE_TIMEOUT_MS = 30_000;

/** The command in a namespace where `mounts` are in force. Root makes a plain one, others one with a user namespace. */
export function enterNamespace(mounts: readonly Mount[], asRoot: boolean): (command: Command) => Command {
  const pairs = mounts.flatMap(({ source, target }) => [source, target]);
  return ({ file, args }) => ({
    file: 'unshare',
    args: [asRoot ? '-m' : '-Urm', '--', '/bin/sh', '-c', ENTER_SCRIPT, 'birdkeeper', ...pairs, '--', file, ...args],
  });
}

/** Makes the places that the mounts need, inside the staged trees only, and tries the namespace once. */
export async function prepareNamespace(
  staged: Staged,
  options: { env: Record<string, string>; signal: AbortSignal; asRoot: boolean },
): Promise<(command: Command) => Command> {
  // What disappeared since the staging is simply not there any more.
  const present = { ...staged, binds: staged.binds.filter(({ live }) => existsSync(live)) };
  const mounts = mountsOf(present);
  const live = new Set(staged.checkouts.map(({ dir }) => dir));
  for (const mount of mounts) if (!live.has(mount.target)) await makeMountPoint(mount);
  const wrap = enterNamespace(mounts, options.asRoot);
  try {
    await runCommand(wrap({ file: 'true', args: [] }), {
      cwd: '/',
      env: options.env,
      signal: options.signal,
      timeoutMs: PROBE_TIMEOUT_MS,
    });
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.reason === 'aborted') throw error;
    throw new StepFailure(FAILURES.configuration, refusal(error, options.asRoot));
  }
  return wrap;
}

async function makeMountPoint({ source, target }: Mount): Promise<void> {
  if (existsSync(target)) return;
  if (statSync(source).isDirectory()) {
    await mkdir(target, { recursive: true });
    return;
  }
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, '');
}

function refusal(error: CommandFailed, asRoot: boolean): string {
  const why = error.reason === 'not started' ? ': unshare (util-linux) was not found' : tailOf(error.stderr, 3);
  const remedy = asRoot
    ? 'In a container, give it the capability SYS_ADMIN (and a security profile that allows mount)'
    : 'Run birdkeeper as root, or allow user namespaces to ordinary users (sysctl kernel.unprivileged_userns_clone=1; kernel.apparmor_restrict_unprivileged_userns=0)';
  return `The staged stack could not be shown at its live paths with "unshare ${asRoot ? '-m' : '-Urm'}"${why}. Without that the plan would be read from the live files, so nothing is deployed. ${remedy}.`;
}
