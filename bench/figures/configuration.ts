/** Reading a configuration of birdhouse-deploy, against the platform's own shell on the same checkout. */
import { existsSync } from 'node:fs';
import { cp, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { output } from '../../test/support/world/programs.js';
import type { Bench, Figure } from '../bench.js';
import { inTurns, timed } from '../measure.js';
import type { Row } from '../row.js';
import { scratchDirectory } from '../scratch.js';

const PROGRAM = fileURLToPath(new URL('../../bin/birdkeeper.js', import.meta.url));
/** As many components beside the default set as a site of some size has. */
const EXTRA = 16;
/** At least ten times faster. */
const GOAL = { times: 0.1, plus: 0 };
/** As the platform's compose script begins: everything is read, nothing is done. */
const READ = 'COMPOSE_DIR=$(pwd); . ./read-configs.include.sh >/dev/null && read_configs >/dev/null; trap - EXIT';

export const configuration: Figure = {
  name: 'configuration',
  about: "reading env.local and every default.env of a birdhouse-deploy checkout, against the platform's own shell",
  async measure(bench) {
    const { upstream } = bench.asked;
    if (upstream === undefined) return [skipped('no checkout is given: --upstream DIR')];
    if (!existsSync(join(upstream, 'birdhouse/read-configs.include.sh'))) {
      return [skipped(`${upstream} has no birdhouse/read-configs.include.sh: give a work tree of 1.23.1 or newer`)];
    }
    return [await readings(bench, upstream, 0), await readings(bench, upstream, EXTRA)];
  },
};

const skipped = (why: string): Row => ({ figure: 'configuration', what: 'reading a configuration', skipped: why });

async function readings(bench: Bench, upstream: string, count: number): Promise<Row> {
  const dir = join(await scratchDirectory(bench), 'birdhouse-deploy');
  await cp(upstream, dir, { recursive: true, filter: (path) => !path.endsWith('/.git') });
  const stack = join(dir, 'birdhouse');
  const extra = await extraComponents(stack, count);
  await writeFile(join(stack, 'env.local'), envLocal(extra));
  const env = { PATH: process.env['PATH'] ?? '', HOME: dir };
  const times = await inTurns(
    bench.asked.runs,
    {
      ours: () =>
        timed(() => output(process.execPath, [PROGRAM, 'config', 'env', '--format', 'nul'], { env, cwd: stack })),
      shell: () => timed(() => output('/bin/sh', ['-c', READ], { env, cwd: stack })),
    },
    (round) => bench.say(`default set and ${extra.length} components, round ${round} of ${bench.asked.runs}`),
  );
  return {
    figure: 'configuration',
    what: `default set and ${extra.length} more components: a process that reads it all`,
    unit: 's',
    ours: times.ours,
    baseline: { name: 'read_configs of the checkout', values: times.shell },
    goal: GOAL,
    note: 'ours also computes what the compose script adds, and prints every variable',
  };
}

async function extraComponents(stack: string, count: number): Promise<string[]> {
  const folders = ['components', 'optional-components'].filter((folder) => existsSync(join(stack, folder)));
  const found = await Promise.all(
    folders.map(async (folder) => (await readdir(join(stack, folder))).map((name) => `./${folder}/${name}`)),
  );
  return found
    .flat()
    .filter((path) => existsSync(join(stack, path, 'default.env')))
    .slice(0, count);
}

const envLocal = (extra: readonly string[]): string =>
  [
    "export BIRDHOUSE_FQDN='birds.example.org' PAVICS_FQDN='birds.example.org'",
    `export EXTRA_CONF_DIRS='${extra.join('\n')}'`,
    '',
  ].join('\n');
