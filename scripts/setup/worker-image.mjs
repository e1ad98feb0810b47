import { cp, copyFile, mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { arch } from 'node:process';
import { dirname, join } from 'node:path';
import { ensureDebianImage, STAND_IN_LABEL } from './debian-base.mjs';
import { cacheDirectory, readFound } from './environment.mjs';
import { inScratch } from './leaving.mjs';
import { findProgram } from './machine.mjs';
import { SetupProblem, tellDetail, withSignOfLife } from './report.mjs';
import { describeFailure, run } from './run.mjs';

/** Of the image that is built of these sources. */
export const WORKER_IMAGE = 'birdkeeper/birdkeeper:checkout';
const CERTIFICATES = '/etc/ssl/certs/ca-certificates.crt';
const PULL_LIMIT_MS = 300_000;

/**
 * Builds the worker's image of these sources, by the Dockerfile unchanged. The published images that it names are the engine's,
 * else pulled, else stand-ins under the same names: Node.js out of its package on npm, the Docker and Temporal command
 * lines of this machine, on a Debian of its packages. Some minutes at the first time, then as long as what changed.
 *
 * @param {{ root: string, env: NodeJS.ProcessEnv, tag?: string }} options
 * @returns {Promise<string>} the tag
 */
export async function ensureWorkerImage({ root, env, tag = WORKER_IMAGE }) {
  const names = namesIn(await readFile(join(root, 'Dockerfile'), 'utf8'));
  await ensureImage(names.NODE_IMAGE, env, makeNode);
  await ensureImage(names.DOCKER_IMAGE, env, makeDocker);
  await ensureImage(names.TEMPORAL_IMAGE, env, makeTemporal);
  // A host need not have the default bridge.
  const args = ['build', '--quiet', '--network', 'host', '--tag', tag, root];
  const built = await withSignOfLife('docker build', (at) =>
    run('docker', args, { env: { DOCKER_BUILDKIT: '0', ...env }, timeoutMs: 1_800_000, onLine: at }),
  );
  if (built.status !== 0) throw new SetupProblem(describeFailure('`docker build` of the worker', built));
  return tag;
}

/**
 * Defaults of the arguments by which a Dockerfile names published images.
 *
 * @param {string} dockerfile
 * @returns {Readonly<Record<string, string>>}
 */
export const namesIn = (dockerfile) =>
  Object.fromEntries([...dockerfile.matchAll(/^ARG (\w+)=(\S+)$/gm)].map(([, name, value]) => [name, value]));

/**
 * @param {string | undefined} image
 * @param {NodeJS.ProcessEnv} env
 * @param {(image: string, env: NodeJS.ProcessEnv) => Promise<void>} make
 */
export async function ensureImage(image, env, make) {
  if (image === undefined) throw new SetupProblem('The Dockerfile names its images by ARG NAME=IMAGE: one is missing.');
  if ((await docker(['image', 'inspect', image], env)).status === 0) return;
  const pulled = await withSignOfLife(`docker pull ${image}`, (at) =>
    run('docker', ['pull', '--quiet', image], { env, timeoutMs: PULL_LIMIT_MS, onLine: at }),
  );
  if (pulled.status === 0) return;
  await make(image, env);
  tellDetail(`${image} is a stand-in, made here: the published image cannot be pulled`);
}

/** @param {string} image @param {NodeJS.ProcessEnv} env */
async function makeNode(image, env) {
  const version = /:(\d+\.\d+\.\d+)/.exec(image)?.[1] ?? '';
  await ensureDebianImage(env);
  const folder = join(cacheDirectory(env), 'node', version);
  if (!existsSync(folder)) await fetchNode(version, folder, env);
  await inScratch(join(cacheDirectory(env), '.making-'), async (scratch) => {
    await cp(folder, join(scratch, 'local'), { recursive: true, verbatimSymlinks: true });
    // A network that inspects what passes is trusted by this machine, and has to be by what is built on it.
    if (existsSync(CERTIFICATES)) await copyFile(CERTIFICATES, join(scratch, 'ca-certificates.crt'));
    const dockerfile = [
      'FROM debian:bookworm-slim',
      'COPY local /usr/local',
      ...(existsSync(CERTIFICATES) ? [`COPY ca-certificates.crt ${CERTIFICATES}`] : []),
      `ENV NODE_EXTRA_CA_CERTS=${CERTIFICATES}`,
    ];
    await build(image, 'node', dockerfile, scratch, env);
  });
}

/**
 * Node.js as npm has it, and npm itself, laid out as below /usr/local.
 *
 * @param {string} version @param {string} folder @param {NodeJS.ProcessEnv} env
 */
async function fetchNode(version, folder, env) {
  await mkdir(dirname(folder), { recursive: true });
  await inScratch(join(dirname(folder), '.making-'), async (scratch) => {
    const packages = [`node-linux-${arch}@${version}`, 'npm@11.21.2'];
    await must('npm', ['pack', '--silent', '--pack-destination', scratch, ...packages], env);
    const local = join(scratch, 'local');
    for (const place of ['node', 'npm', join('local', 'bin'), join('local', 'lib', 'node_modules', 'npm')]) {
      await mkdir(join(scratch, place), { recursive: true });
    }
    const unpack = (/** @type {string} */ file, /** @type {string} */ into) =>
      must('tar', ['-xzf', join(scratch, file), '-C', into, '--strip-components=1', '--no-same-owner'], env);
    await unpack(`node-linux-${arch}-${version}.tgz`, join(scratch, 'node'));
    await unpack('npm-11.21.2.tgz', join(local, 'lib', 'node_modules', 'npm'));
    await rename(join(scratch, 'node', 'bin', 'node'), join(local, 'bin', 'node'));
    const cli = join('..', 'lib', 'node_modules', 'npm', 'bin', 'npm-cli.js');
    await must('ln', ['-s', cli, join(local, 'bin', 'npm')], env);
    await must('chmod', ['755', join(local, 'bin', cli)], env);
    await rename(local, folder);
  });
}

/** @param {string} image @param {NodeJS.ProcessEnv} env */
async function makeDocker(image, env) {
  const [client, plugin] = [findProgram('docker', env), await composePlugin(env)];
  if (client === undefined || plugin === undefined) {
    throw new SetupProblem(
      `A stand-in of ${image} needs the docker command line and its Compose plugin on this machine.`,
    );
  }
  await inScratch(join(cacheDirectory(env), '.making-'), async (scratch) => {
    await copyFile(client, join(scratch, 'docker'));
    await copyFile(plugin, join(scratch, 'docker-compose'));
    const lines = [
      'FROM scratch',
      'COPY docker /usr/local/bin/docker',
      'COPY docker-compose /usr/local/libexec/docker/cli-plugins/docker-compose',
    ];
    await build(image, 'docker', lines, scratch, env);
  });
}

/** @param {NodeJS.ProcessEnv} env */
async function composePlugin(env) {
  const { stdout } = await docker(
    ['info', '--format', '{{range .ClientInfo.Plugins}}{{.Name}} {{.Path}}\n{{end}}'],
    env,
  );
  return /^compose (\S+)$/m.exec(stdout)?.[1];
}

/** @param {string} image @param {NodeJS.ProcessEnv} env */
async function makeTemporal(image, env) {
  const cli = env.BIRDKEEPER_TEMPORAL_CLI ?? (await readFound(env)).temporalCli ?? findProgram('temporal', env);
  if (cli === undefined)
    throw new SetupProblem(`A stand-in of ${image} needs the Temporal command line: npm run setup`);
  await inScratch(join(cacheDirectory(env), '.making-'), async (scratch) => {
    await copyFile(cli, join(scratch, 'temporal'));
    await build(image, 'temporal', ['FROM scratch', 'COPY temporal /usr/local/bin/temporal'], scratch, env);
  });
}

/** @param {string} image @param {string} of @param {readonly string[]} lines @param {string} context @param {NodeJS.ProcessEnv} env */
async function build(image, of, lines, context, env) {
  await writeFile(join(context, 'Dockerfile'), [...lines, `LABEL ${STAND_IN_LABEL}=${of}`, ''].join('\n'));
  const ran = await run('docker', ['build', '--quiet', '--network', 'none', '--tag', image, context], {
    env: { DOCKER_BUILDKIT: '0', ...env },
    timeoutMs: 300_000,
  });
  if (ran.status !== 0) throw new SetupProblem(describeFailure(`\`docker build\` of ${image}`, ran));
}

/** @param {string} file @param {readonly string[]} args @param {NodeJS.ProcessEnv} env */
async function must(file, args, env) {
  const ran = await run(file, args, { env, timeoutMs: 600_000 });
  if (ran.status !== 0) throw new SetupProblem(describeFailure(`\`${file}\``, ran));
}

/** @param {readonly string[]} args @param {NodeJS.ProcessEnv} env */
const docker = (args, env) => run('docker', args, { env, timeoutMs: 60_000 });
