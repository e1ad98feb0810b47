import { existsSync } from 'node:fs';
import { cp, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { cacheDirectory } from '../setup/environment.mjs';
import { inScratch } from '../setup/leaving.mjs';
import { findProgram } from '../setup/machine.mjs';
import { SetupProblem, tellDetail, tellStep, withSignOfLife } from '../setup/report.mjs';
import { describeFailure, run } from '../setup/run.mjs';

/**
 * Temporal's own programs, built from their official sources with Go and kept in our cache: minutes at the first time. Static,
 * so that an image needs nothing but them and a shell.
 *
 * @typedef {{ name: string, version: string, packages: Readonly<Record<string, string>> }} Build `packages`: program → Go package
 */

const SERVER = 'go.temporal.io/server/cmd';
const UI = 'github.com/temporalio/ui-server/v2';

/** @param {string} version @returns {Build} */
export const serverBuild = (version) => ({
  name: 'temporal',
  version,
  packages: { 'temporal-server': `${SERVER}/server`, 'temporal-sql-tool': `${SERVER}/tools/sql` },
});

/** @param {string} version @returns {Build} */
export const cliBuild = (version) => ({
  name: 'temporal-cli',
  version,
  packages: { temporal: 'github.com/temporalio/cli/cmd/temporal' },
});

/** @param {string} version @returns {Build} */
export const uiBuild = (version) => ({
  name: 'temporal-ui',
  version,
  packages: { 'ui-server': `${UI}/cmd/server` },
});

/**
 * Where a build's programs are in our cache.
 *
 * @param {Build} build
 * @param {NodeJS.ProcessEnv} env
 */
export const placeOf = ({ name, version }, env) => join(cacheDirectory(env), 'production', `${name}-${version}`);

/**
 * Builds what is not in the cache. Throws a SetupProblem when it cannot.
 *
 * @param {Build} build
 * @param {NodeJS.ProcessEnv} env
 * @returns {Promise<string>} the directory of the programs
 */
export async function ensureBuilt(build, env) {
  const place = placeOf(build, env);
  if (existsSync(place)) return place;
  if (!findProgram('go', env)) {
    throw new SetupProblem(
      `${build.name} ${build.version} is built from its source, and there is no Go on PATH (1.26.4 or newer)`,
    );
  }
  tellStep('making', `${build.name} ${build.version}`, 'from its official source, with Go: 2 to 6 minutes');
  await mkdir(join(place, '..'), { recursive: true });
  // Beside its place, so that the last move is a rename: nobody ever sees half of them.
  await inScratch(join(place, '..', '.making-'), async (scratch) => {
    for (const [program, source] of Object.entries(build.packages)) {
      await install(`${source}@v${build.version}`, join(scratch, 'go'), env);
      // Go calls a program after its directory.
      await mkdir(join(scratch, 'made'), { recursive: true });
      await rename(join(scratch, 'go', source.split('/').at(-1) ?? ''), join(scratch, 'made', program));
    }
    if (build.name === 'temporal-ui')
      await cp(await uiConfiguration(build.version, env), join(scratch, 'made', 'docker.yaml'));
    await rename(join(scratch, 'made'), place);
  });
  return place;
}

/**
 * @param {string} source
 * @param {string} directory
 * @param {NodeJS.ProcessEnv} env
 */
async function install(source, directory, env) {
  tellDetail(`CGO_ENABLED=0 go install -ldflags "-s -w" ${source}`);
  const ran = await withSignOfLife('building', (at) =>
    run('go', ['install', '-v', '-ldflags', '-s -w', source], {
      env: { ...env, CGO_ENABLED: '0', GOBIN: directory },
      timeoutMs: 3_600_000,
      onLine: at,
    }),
  );
  if (ran.status !== 0) throw new SetupProblem(describeFailure('`go install`', ran));
}

/**
 * The file by which the published image makes settings of its environment; it is in the module.
 *
 * @param {string} version
 * @param {NodeJS.ProcessEnv} env
 */
async function uiConfiguration(version, env) {
  const ran = await run('go', ['mod', 'download', '-json', `${UI}@v${version}`], { env, timeoutMs: 300_000 });
  if (ran.status !== 0) throw new SetupProblem(describeFailure('`go mod download`', ran));
  return join(JSON.parse(ran.stdout).Dir, 'config', 'docker.yaml');
}
