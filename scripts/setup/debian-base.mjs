import { existsSync } from 'node:fs';
import { mkdir, rename, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { installPackages } from './apt.mjs';
import { cacheDirectory } from './environment.mjs';
import { inScratch } from './leaving.mjs';
import { findProgram } from './machine.mjs';
import { SetupProblem, tellDetail, withSignOfLife } from './report.mjs';
import { describeFailure, run } from './run.mjs';

/** What our Dockerfiles name; the official image of that name is used where it is on the engine already. */
export const DEBIAN_IMAGE = 'debian:bookworm-slim';
/** On images that we make under the names of published ones, so that nobody takes them for those. */
export const STAND_IN_LABEL = 'birdkeeper.stand-in';
/** What the official slim images leave out, and what a download leaves behind. */
const LEFT_OUT = [
  'usr/share/doc',
  'usr/share/info',
  'usr/share/locale',
  'usr/share/man',
  'var/cache/apt',
  'var/lib/apt/lists',
];

/** @param {NodeJS.ProcessEnv} env */
const rootFileSystem = (env) => join(cacheDirectory(env), 'debian-base', 'bookworm.tar');

/**
 * Sees to it that the engine has `debian:bookworm-slim`: the one that is there, else a stand-in of Debian's own packages
 * (a minute at the first time, then out of our cache in seconds). Twice: the second finds the first's.
 *
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<{ image: string, made: boolean }>} `made`: by this call, and the caller's to remove
 */
export async function ensureDebianImage(env) {
  if ((await docker(['image', 'inspect', DEBIAN_IMAGE], env)).status === 0) return { image: DEBIAN_IMAGE, made: false };
  const tar = rootFileSystem(env);
  if (!existsSync(tar)) await bootstrap(tar, env);
  const labels = ['--change', `LABEL ${STAND_IN_LABEL}=debian`, '--change', 'CMD ["bash"]'];
  const loaded = await docker(['import', ...labels, tar, DEBIAN_IMAGE], env);
  if (loaded.status !== 0) throw new SetupProblem(describeFailure('`docker import`', loaded));
  tellDetail(`${DEBIAN_IMAGE} is a stand-in, made of Debian's packages: the published image cannot be asked for here`);
  return { image: DEBIAN_IMAGE, made: true };
}

/**
 * @param {string} tar
 * @param {NodeJS.ProcessEnv} env
 */
async function bootstrap(tar, env) {
  if (!findProgram('debootstrap', env)) await installPackages(['debootstrap'], env);
  await mkdir(dirname(tar), { recursive: true });
  // Beside its place, so that the last move is a rename: nobody ever loads half a system.
  await inScratch(join(dirname(tar), '.making-'), async (scratch) => {
    const root = join(scratch, 'root');
    const args = ['--variant=minbase', '--include=ca-certificates', 'bookworm', root];
    await must('debootstrap', args, 900_000, env);
    for (const path of LEFT_OUT) await rm(join(root, path), { recursive: true, force: true });
    // apt does not make these by itself.
    for (const path of ['var/cache/apt/archives/partial', 'var/lib/apt/lists/partial']) {
      await mkdir(join(root, path), { recursive: true });
    }
    await must(
      'tar',
      ['--numeric-owner', '--one-file-system', '-C', root, '-cf', join(scratch, 'made.tar'), '.'],
      300_000,
      env,
    );
    await rename(join(scratch, 'made.tar'), tar);
  });
}

/**
 * @param {string} file
 * @param {readonly string[]} args
 * @param {number} timeoutMs
 * @param {NodeJS.ProcessEnv} env
 */
async function must(file, args, timeoutMs, env) {
  const PATH = `${env.PATH ?? ''}:/usr/sbin:/sbin`;
  const ran = await withSignOfLife(file, (at) => run(file, args, { env: { ...env, PATH }, timeoutMs, onLine: at }));
  if (ran.status !== 0) throw new SetupProblem(describeFailure(`\`${file}\``, ran));
}

/**
 * @param {readonly string[]} args
 * @param {NodeJS.ProcessEnv} env
 */
const docker = (args, env) => run('docker', args, { env, timeoutMs: 120_000 });
