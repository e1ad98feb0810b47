import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { STAND_IN_LABEL } from '../setup/debian-base.mjs';
import { isStatic } from '../setup/packages.mjs';
import { inWords, tellStep } from '../setup/report.mjs';
import { run } from '../setup/run.mjs';
import { CLI_VERSION } from '../setup/temporal-cli.mjs';
import { ensureWorkerImage } from '../setup/worker-image.mjs';
import { makePostgres } from './postgres.mjs';
import { cliBuild, ensureBuilt, serverBuild, uiBuild } from './programs.mjs';
import { adminToolsStandIn, buildStandIn, serverStandIn, uiStandIn } from './stand-ins.mjs';
import { FORMER_SERVER, imagesOfFile, PRODUCTION_FILE, tagOf, workerImageOf } from './versions.mjs';

/**
 * Sees to it that the engine has every image that the file names, and the former server's. An image that is there is used as it
 * is: on a machine that can pull, pull them first, and the published ones are tested.
 *
 * @param {{ root: string, env: NodeJS.ProcessEnv, cli: string }} context `cli`: path of the Temporal command line
 * @returns {Promise<readonly string[]>} the names of those that were made, for `removeImages`
 */
export async function ensureImages({ root, env, cli }) {
  const images = imagesOfFile(join(root, PRODUCTION_FILE));
  const ui = tagOf(images, 'temporalio/ui');
  /** @type {[string, () => Promise<void>][]} */
  const wanted = [
    [`postgres:${tagOf(images, 'postgres')}`, () => makePostgres(`postgres:${tagOf(images, 'postgres')}`, env)],
    [
      `temporalio/ui:${ui}`,
      async () => buildStandIn(uiStandIn(`temporalio/ui:${ui}`, await ensureBuilt(uiBuild(ui), env)), env),
    ],
    ...[tagOf(images, 'temporalio/server'), FORMER_SERVER].flatMap((version) => ofServer(version, env, cli)),
  ];
  const made = [];
  for (const [image, make] of wanted) if (await ensure(image, make, env)) made.push(image);
  return [...made, await makeWorker(root, env)];
}

/**
 * Of these sources, by the Dockerfile, every time: what has not changed is not built again.
 *
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 */
async function makeWorker(root, env) {
  const start = Date.now();
  const tag = workerImageOf(join(root, PRODUCTION_FILE));
  await ensureWorkerImage({ root, env, tag });
  tellStep('done', tag, `built of these sources; took ${inWords(Date.now() - start)}`);
  return tag;
}

/**
 * @param {string} version
 * @param {NodeJS.ProcessEnv} env
 * @param {string} cli
 * @returns {[string, () => Promise<void>][]}
 */
function ofServer(version, env, cli) {
  const [server, tools] = [`temporalio/server:${version}`, `temporalio/admin-tools:${version}`];
  const programs = () => ensureBuilt(serverBuild(version), env);
  return [
    [server, async () => buildStandIn(serverStandIn(server, await programs()), env)],
    [tools, async () => buildStandIn(adminToolsStandIn(tools, await programs(), await staticCli(cli, env)), env)],
  ];
}

/**
 * The set-up's own, unless that was built for this machine's C library.
 *
 * @param {string} cli
 * @param {NodeJS.ProcessEnv} env
 */
async function staticCli(cli, env) {
  return isStatic(readFileSync(cli)) ? cli : join(await ensureBuilt(cliBuild(CLI_VERSION), env), 'temporal');
}

/**
 * @param {string} image
 * @param {() => Promise<void>} make
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<boolean>} whether it was made
 */
async function ensure(image, make, env) {
  const format = `{{index .Config.Labels "${STAND_IN_LABEL}"}}`;
  const there = await run('docker', ['image', 'inspect', '--format', format, image], { env, timeoutMs: 30_000 });
  if (there.status === 0) {
    const isStandIn = there.stdout.trim() !== '';
    tellStep('ok', image, isStandIn ? 'a STAND-IN that a former run left' : 'the published image, used as it is');
    return isStandIn;
  }
  const start = Date.now();
  await make();
  tellStep('done', image, `a STAND-IN for the published image; took ${inWords(Date.now() - start)}`);
  return true;
}

/**
 * @param {readonly string[]} images
 * @param {NodeJS.ProcessEnv} env
 */
export async function removeImages(images, env) {
  for (const image of images) await run('docker', ['image', 'rm', image], { env, timeoutMs: 60_000 });
}
