import { mkdir, readdir, rename } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { cachedTemporalCli } from './environment.mjs';
import { inScratch } from './leaving.mjs';
import { findProgram, isProgram } from './machine.mjs';
import { SetupProblem, tellDetail, withSignOfLife } from './report.mjs';
import { describeFailure, run } from './run.mjs';
import { chooseTemporalCli } from './temporal-choice.mjs';
import { temporalServerVersion } from './versions.mjs';

export const CLI_VERSION = '1.5.1';
const GO_PACKAGE = `github.com/temporalio/cli/cmd/temporal@v${CLI_VERSION}`;

/** @type {import('./main.mjs').Part} */
export const temporalCli = {
  name: 'Temporal command line',
  why: 'it holds the embedded Temporal server',
  how: ({ env }) =>
    `into ${cachedTemporalCli(env)}: the SDK's own download (up to 1 min; a refused network answers at once), else ` +
    `built from its official source with Go (2 to 4 min on two cores, 200 MB; Go keeps about 2 GB in its caches)`,
  byHand: () =>
    'put `temporal` (https://docs.temporal.io/cli) on PATH, or set BIRDKEEPER_TEMPORAL_CLI to its path, or install Go 1.24 or newer and repeat.',
  async look(context) {
    const chosen = chooseTemporalCli(await candidates(context.env));
    if ('missing' in chosen) return chosen;
    context.found.temporalCli = chosen.use;
    return { found: chosen.detail };
  },
  async provide({ env, root }) {
    const target = cachedTemporalCli(env);
    await mkdir(dirname(target), { recursive: true });
    // Beside its place, so that the last move is a rename: nobody ever sees half a program.
    await inScratch(join(dirname(target), '.temporal-'), async (scratch) => {
      const refused = await downloadBySdk(scratch, root, env);
      if (refused !== undefined) {
        tellDetail(`no download: ${refused}`);
        await buildWithGo(scratch, env);
      }
      const made = (await readdir(scratch)).find((name) => name.startsWith('temporal'));
      if (made === undefined) throw new SetupProblem('the build ended well and left no program');
      await rename(join(scratch, made), target);
    });
  },
};

/** @param {NodeJS.ProcessEnv} env */
async function candidates(env) {
  const paths = {
    named: env.BIRDKEEPER_TEMPORAL_CLI || undefined,
    onPath: findProgram('temporal', env),
    cached: isProgram(cachedTemporalCli(env)) ? cachedTemporalCli(env) : undefined,
  };
  /** @type {Parameters<typeof chooseTemporalCli>[0]} */
  const found = {};
  for (const name of /** @type {const} */ (['named', 'onPath', 'cached'])) {
    const path = paths[name];
    if (path === undefined) continue;
    const { stdout } = await run(path, ['--version'], { env, timeoutMs: 10_000 });
    found[name] = { path, server: temporalServerVersion(stdout) };
    // The first that is named or found decides in nearly every case: do not start the others.
    if (!('missing' in chooseTemporalCli(found))) break;
  }
  return found;
}

/**
 * @param {string} directory
 * @param {string} root
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string | undefined>} why there is no download, or undefined when it is there
 */
async function downloadBySdk(directory, root, env) {
  const script = join(root, 'scripts', 'setup', 'download-temporal-cli.mjs');
  const ran = await withSignOfLife('downloading', () =>
    run(process.execPath, [script, directory], { cwd: root, env, timeoutMs: 60_000 }),
  );
  if (ran.status === 0) return undefined;
  // The SDK puts the cause last, behind two copies of the address.
  return ran.problem ?? `…${ran.stderr.trim().slice(-100)}`;
}

/**
 * @param {string} directory
 * @param {NodeJS.ProcessEnv} env
 */
async function buildWithGo(directory, env) {
  if (!findProgram('go', env)) throw new SetupProblem('there is no Go on PATH to build it with');
  tellDetail(`building: CGO_ENABLED=0 go install -ldflags "-s -w" ${GO_PACKAGE}`);
  const ran = await withSignOfLife('building', (at) =>
    run('go', ['install', '-v', '-ldflags', '-s -w', GO_PACKAGE], {
      // Static, as the published one is: it runs in an image that has no C library.
      env: { ...env, CGO_ENABLED: '0', GOBIN: directory },
      timeoutMs: 3_600_000,
      onLine: at,
    }),
  );
  if (ran.status !== 0) throw new SetupProblem(describeFailure('`go install`', ran));
}
