/** Programs that steps start: are they there, and new enough? */
import { access, constants } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { messageOf } from '../../activities/shared/failures.js';
import { CommandFailed, runCommand, type Command } from '../../activities/shared/run-command.js';
import { enterNamespace } from '../../activities/stack/namespace.js';
import { onHost } from '../../activities/shared/mounts.js';
import { fail, ok, warn } from '../../client/doctor/findings.js';
import type { Check } from '../../client/doctor/run-checks.js';
import type { Finding } from '../../client/schemas.js';
import { sshRemote } from '../../activities/git/ssh-command.js';
import type { DoctorContext } from './context.js';
import { isAtLeast, versionIn } from '../../activities/shared/versions.js';

const LIMIT_MS = 8_000;
/** `git fetch --no-write-fetch-head` came with it. */
const LEAST_GIT = '2.29';
const LEAST_COMPOSE = '2.20.2';
const TOOLS = ['flock', 'timeout', 'unshare', 'setpriv', 'getent', 'mount', 'sh'] as const;

/** Both streams, or why it could not be asked. */
export async function answerOf(
  command: Command,
  { host }: DoctorContext,
  signal: AbortSignal,
): Promise<string | CommandFailed> {
  try {
    const { stdout, stderr } = await runCommand(command, { env: host.childEnvironment, signal, timeoutMs: LIMIT_MS });
    return `${stdout}\n${stderr}`;
  } catch (error) {
    if (error instanceof CommandFailed) return error;
    throw error;
  }
}

/** Pure. `answer`: what the program printed, or why it printed nothing. */
export function judgeVersion(what: string, answer: string | Error, least: string, install: string): Finding {
  if (typeof answer !== 'string') return fail(what, messageOf(answer).split('\n').slice(0, 2).join(' '), install);
  const version = versionIn(answer);
  if (version === undefined) return fail(what, `its answer holds no version: ${answer.trim().slice(0, 80)}`, install);
  return isAtLeast(version, least)
    ? ok(what, version)
    : fail(what, `version ${version} is older than ${least}, which is needed`, install);
}

export const compose: Check<DoctorContext> = {
  name: 'compose plugin',
  async run(context, signal) {
    const answer = await answerOf({ file: 'docker', args: ['compose', 'version', '--short'] }, context, signal);
    const install = 'Install the docker command line with its compose plugin (docker-compose-plugin) for this user.';
    return [judgeVersion('compose plugin', answer, LEAST_COMPOSE, install)];
  },
};

export const git: Check<DoctorContext> = {
  name: 'git',
  async run(context, signal) {
    const answer = await answerOf({ file: 'git', args: ['--version'] }, context, signal);
    return [judgeVersion('git', answer, LEAST_GIT, `Install git ${LEAST_GIT} or newer.`)];
  },
};

export const ssh: Check<DoctorContext> = {
  name: 'ssh client',
  async run(context, signal) {
    const answer = await answerOf({ file: 'ssh', args: ['-V'] }, context, signal);
    if (typeof answer === 'string') return [ok('ssh client', answer.trim().split('\n')[0] ?? '')];
    const needed = await context.remotes().then(
      (remotes) => remotes.some(({ url }) => sshRemote(url) !== undefined),
      () => true,
    );
    return [
      needed
        ? fail('ssh client', 'not found, and a remote is reached by ssh', 'Install an ssh client (openssh-client).')
        : ok('ssh client', 'not found, and no remote needs it'),
    ];
  },
};

export const tools: Check<DoctorContext> = {
  name: 'tools',
  async run(context) {
    const install = 'Install util-linux, coreutils and libc-bin (Debian), or their like of this system.';
    return [await programsOnPath('tools', TOOLS, install, context)];
  },
};

/** One finding: all are on the PATH that steps get, or which are not. */
export async function programsOnPath(
  what: string,
  programs: readonly string[],
  install: string,
  { host }: Pick<DoctorContext, 'host'>,
): Promise<Finding> {
  const missing: string[] = [];
  for (const name of programs) if (!(await isOnPath(name, host.childEnvironment.PATH ?? ''))) missing.push(name);
  return missing.length === 0
    ? ok(what, programs.join(', '))
    : fail(what, `not on PATH: ${missing.join(', ')}`, install);
}

export async function isOnPath(program: string, path: string): Promise<boolean> {
  for (const directory of path.split(delimiter).filter((part) => part !== '')) {
    try {
      await access(join(directory, program), constants.X_OK);
      return true;
    } catch {
      // The next one.
    }
  }
  return false;
}

export const namespace: Check<DoctorContext> = {
  name: 'mount namespace',
  async run(context, signal) {
    const { isRoot } = context.host.person;
    const answer = await answerOf(enterNamespace([], isRoot)({ file: 'true', args: [] }), context, signal);
    if (typeof answer === 'string') return [ok('mount namespace', isRoot ? 'can be had' : 'can be had by this user')];
    const own = await context.engine.ownContainer({ signal }).catch(() => undefined);
    if (own && onHost(context.options.stateDirectory, own.mounts) !== undefined) {
      return [
        ok('mount namespace', `none can be had, and none is needed: new commits are read in a sibling of ${own.name}`),
      ];
    }
    const remedy = isRoot
      ? 'In a container, give it the capability SYS_ADMIN and a security profile that allows mount.'
      : 'Run birdkeeper as root, or allow user namespaces (sysctl kernel.unprivileged_userns_clone=1; kernel.apparmor_restrict_unprivileged_userns=0).';
    const why = answer.stderr.trim().split('\n').at(-1) ?? '';
    return [
      warn(
        'mount namespace',
        `none can be had${why === '' ? '' : ` (${why})`}: new commits are read by mapped paths`,
        remedy,
      ),
    ];
  },
};
