/** Shows staged trees at their live paths to one command and its children, in a mount namespace of their own. */
import { existsSync, statSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FAILURES, StepFailure } from '../shared/failures.js';
import { CommandFailed, runCommand, type Command } from '../shared/run-command.js';
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

/** By what decides it; for the life of this process. */
const troubles = new Map<string, Promise<string | undefined>>();

export interface NamespaceOptions {
  env: Record<string, string>;
  signal: AbortSignal;
  asRoot: boolean;
}

/** Why no mount namespace can be had here; undefined when one can. Tried once per process. */
export async function namespaceTrouble(options: NamespaceOptions): Promise<string | undefined> {
  const key = `${options.asRoot} ${options.env['PATH']}`;
  const trouble = troubles.get(key) ?? tryNamespace(options);
  troubles.set(key, trouble);
  try {
    return await trouble;
  } catch (error) {
    troubles.delete(key);
    throw error;
  }
}

async function tryNamespace(options: NamespaceOptions): Promise<string | undefined> {
  // Some machines allow the namespace and no mount in it.
  const mount = enterNamespace([{ source: '/etc', target: '/etc' }], options.asRoot);
  const failed = await failureOf(mount, options);
  // A machine that is too busy to tell says nothing about what it allows.
  if (failed?.reason === 'timed out') throw failed;
  return failed && reasonOf(failed);
}

/** Makes the places that the mounts need, inside the staged trees only, and tries the namespace once. */
export async function prepareNamespace(
  staged: Staged,
  options: NamespaceOptions,
): Promise<(command: Command) => Command> {
  // What disappeared since the staging is simply not there any more.
  const present = { ...staged, binds: staged.binds.filter(({ live }) => existsSync(live)) };
  const mounts = mountsOf(present);
  const live = new Set(staged.checkouts.map(({ dir }) => dir));
  for (const mount of mounts) if (!live.has(mount.target)) await makeMountPoint(mount);
  const wrap = enterNamespace(mounts, options.asRoot);
  const failed = await failureOf(wrap, options);
  if (failed) throw namespaceRefused(reasonOf(failed), options.asRoot);
  return wrap;
}

async function failureOf(
  wrap: (command: Command) => Command,
  { env, signal }: NamespaceOptions,
): Promise<CommandFailed | undefined> {
  try {
    await runCommand(wrap({ file: 'true', args: [] }), { cwd: '/', env, signal, timeoutMs: PROBE_TIMEOUT_MS });
    return undefined;
  } catch (error) {
    if (!(error instanceof CommandFailed) || error.reason === 'aborted') throw error;
    return error;
  }
}

const reasonOf = (error: CommandFailed): string =>
  error.reason === 'not started'
    ? 'unshare (util-linux) was not found'
    : error.stderr.trim().split('\n').slice(-3).join('; ') || `it ended with status ${error.status}`;

async function makeMountPoint({ source, target }: Mount): Promise<void> {
  if (existsSync(target)) return;
  if (statSync(source).isDirectory()) {
    await mkdir(target, { recursive: true });
    return;
  }
  await mkdir(dirname(target), { recursive: true });
  await writeFile(target, '');
}

/** `why`: what keeps us from it, without a full stop. */
export function namespaceRefused(why: string, asRoot: boolean): StepFailure {
  const remedy = asRoot
    ? 'In a container, give it the capability SYS_ADMIN (and a security profile that allows mount)'
    : 'Run birdkeeper as root, or allow user namespaces to ordinary users (sysctl kernel.unprivileged_userns_clone=1; kernel.apparmor_restrict_unprivileged_userns=0)';
  return new StepFailure(
    FAILURES.configuration,
    `The staged stack could not be shown at its live paths with "unshare ${asRoot ? '-m' : '-Urm'}": ${why}. Without that the plan would be read from the live files, so nothing is deployed. ${remedy}.`,
  );
}
