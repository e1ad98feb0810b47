/** What cAdvisor publishes with the options of components/monitoring, against those of the platform's own component: none. */
import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { parse } from 'yaml';
import { z } from 'zod';
import { COMPONENT } from '../../test/support/monitoring/component.js';
import { cadvisor } from '../../test/support/monitoring/programs.js';
import { createWorld, waitFor } from '../../test/support/world/index.js';
import { freePorts } from '../../test/support/world/ports.js';
import type { Bench, Figure } from '../bench.js';

const GOAL = { times: 0.5, plus: 0 };
const SCRAPES_MS = 20_000;
const ComposeFile = z.object({ services: z.object({ cadvisor: z.object({ command: z.array(z.string()) }) }) });

export const series: Figure = {
  name: 'series',
  about: 'series that cAdvisor publishes of a stack of six services, against those with the platform’s own options',
  async measure(bench) {
    const world = await createWorld({ name: 'series' });
    bench.defer(() => world.destroy());
    const deployed = await world.cli(['deploy', '--local'], { limit: 180_000 });
    if (deployed.status !== 0) throw new Error(`the stack was not deployed: ${deployed.stderr}`);
    const { services } = ComposeFile.parse(parse(await readFile(`${COMPONENT}/docker-compose-extra.yml`, 'utf8')));
    const [ours, theirs] = [await start(bench, services.cadvisor.command), await start(bench, [])];
    const pages = { ours: await settled(ours), theirs: await settled(theirs) };
    const row = (what: string, unit: '1' | 'kB', of: (page: string) => number) => ({
      figure: 'series',
      what,
      unit,
      ours: [of(pages.ours)],
      baseline: { name: 'no options', values: [of(pages.theirs)] },
      goal: GOAL,
    });
    return [
      row('series of one scrape', '1', (page) => page.split('\n').filter((line) => /^[a-z]/.test(line)).length),
      row('bytes of one scrape', 'kB', (page) => Buffer.byteLength(page) / 1000),
    ];
  },
};

/** Address of its page. */
async function start(bench: Bench, options: readonly string[]): Promise<string> {
  const [port = 0] = await freePorts(1);
  const args = [`--listen=127.0.0.1:${port}`, ...options];
  const child = spawn(await cadvisor(), args, { stdio: 'ignore' });
  bench.defer(() => end(child));
  return `http://127.0.0.1:${port}/metrics`;
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, 'exit');
  child.kill('SIGKILL');
  await exited;
}

/** The page once it has every container, and has looked at each more than once. */
async function settled(address: string): Promise<string> {
  const until = Date.now() + SCRAPES_MS;
  return waitFor(
    'cAdvisor',
    async () => {
      const page = await (await fetch(address)).text();
      return Date.now() > until && page;
    },
    { within: 2 * SCRAPES_MS, every: 1_000 },
  );
}
