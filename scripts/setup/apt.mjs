import { existsSync, rmSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { whenLeaving } from './leaving.mjs';
import { isDebianLike, isRoot } from './machine.mjs';
import { SetupProblem, tellDetail, withSignOfLife } from './report.mjs';
import { describeFailure, run } from './run.mjs';

const QUIET = ['-q', '-o', 'DPkg::Lock::Timeout=120'];
/** Debian's own way to say that a package must not start its services while it is installed. */
const POLICY = '/usr/sbin/policy-rc.d';

export const canInstallPackages = () => isDebianLike() && isRoot();

/**
 * What a person does where we cannot install.
 *
 * @param {readonly string[]} packages
 */
export function installByHand(packages) {
  const names = packages.join(' ');
  return isDebianLike()
    ? `sudo apt-get update && sudo apt-get install --no-install-recommends ${names}`
    : `install what Debian calls ${names}, by your system's own means: this set-up installs packages on Debian and Ubuntu only.`;
}

/** @type {Promise<void> | undefined} */
let updated;

/**
 * `apt-get update`, once per run.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function updateLists(env) {
  updated ??= apt(['update'], 300_000, env);
  return updated;
}

/**
 * Installs exactly these packages and what they depend on. None of their services is started: an ssh server or a
 * registry that listens on all addresses is not what a test asked for.
 *
 * @param {readonly string[]} packages
 * @param {NodeJS.ProcessEnv} env
 */
export async function installPackages(packages, env) {
  if (!canInstallPackages()) throw new SetupProblem(`only root on Debian or Ubuntu can: ${installByHand(packages)}`);
  await updateLists(env);
  tellDetail(`apt-get install --no-install-recommends ${packages.join(' ')}`);
  const done = await withoutStartingServices();
  try {
    await apt(['install', '-y', '--no-install-recommends', ...packages], 900_000, env);
  } finally {
    done();
  }
  if (existsSync('/run/systemd/system')) {
    tellDetail(
      'nothing was started, but services among these start with the machine; `systemctl disable NAME` ends that',
    );
  }
}

/**
 * The version that apt would install; undefined when it knows no such package.
 *
 * @param {string} name
 * @param {NodeJS.ProcessEnv} env
 */
export async function candidateVersion(name, env) {
  const { stdout } = await run('apt-cache', ['policy', name], { env: { ...env, LC_ALL: 'C' }, timeoutMs: 30_000 });
  const version = /^ +Candidate: (\S+)$/m.exec(stdout)?.[1];
  return version === '(none)' ? undefined : version;
}

async function withoutStartingServices() {
  if (existsSync(POLICY)) return () => undefined;
  await writeFile(POLICY, '#!/bin/sh\nexit 101\n', { mode: 0o755 });
  const remove = () => rmSync(POLICY, { force: true });
  const forget = whenLeaving(remove);
  return () => {
    forget();
    remove();
  };
}

/**
 * @param {readonly string[]} args
 * @param {number} timeoutMs
 * @param {NodeJS.ProcessEnv} env
 */
async function apt(args, timeoutMs, env) {
  const ran = await withSignOfLife(`apt-get ${args[0]}`, (at) =>
    run('apt-get', [...QUIET, ...args], {
      env: { ...env, DEBIAN_FRONTEND: 'noninteractive', LC_ALL: 'C' },
      timeoutMs,
      onLine: at,
    }),
  );
  if (ran.status !== 0) throw new SetupProblem(describeFailure(`\`apt-get ${args[0]}\``, ran));
}
