/** The jobs of a world, as a person asks for them, and what they leave: logs and containers. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { attempt } from './programs.js';
import { waitFor } from './wait.js';
import type { World } from './world.js';

export interface ListedJob {
  kind: string;
  name?: string;
  frequency: string;
  last: { at: string; outcome: string; lagSeconds: number } | null;
  paused: string | null;
  skipped: number;
  missed: number;
}

/** By name; of jobs of the configuration the world's own part of the name is left out. */
export async function listedJobs(world: World): Promise<Record<string, ListedJob>> {
  // A machine that builds other things at the same time may take longer than the command waits.
  const stdout = await waitFor('an answer of birdkeeper jobs', async () => {
    const ran = await world.cli(['jobs', '--json']);
    if (ran.status !== 0) throw new Error(ran.stderr);
    return ran.stdout;
  });
  const { jobs } = JSON.parse(stdout) as { jobs: ListedJob[] };
  return Object.fromEntries(jobs.map((job) => [(job.name ?? job.kind).replace(`${world.project}-`, ''), job]));
}

/** Starts a run by hand and gives its outcome. `job`: as `listedJobs` names it; `name`: as the command line does. */
export async function ranJob(world: World, job: string, name = job): Promise<string> {
  const before = (await listedJobs(world))[job]?.last?.at;
  const { status, stderr } = await world.cli(['jobs', 'run', name]);
  if (status !== 0) throw new Error(stderr);
  return waitFor(`the end of ${name}`, async () => {
    const last = (await listedJobs(world))[job]?.last;
    return last && last.at !== before && last.outcome !== 'running' ? last.outcome : undefined;
  });
}

export const jobLog = (world: World, job: string): Promise<string> =>
  readFile(join(world.parts.settings.logDirectory, `${world.project}-${job}.log`), 'utf8').catch(() => '');

/** `<id> <state>` of each. */
export async function jobContainers(world: World, job: string): Promise<string[]> {
  const label = `label=birdkeeper.job=${world.project}/${world.project}-${job}`;
  const args = ['ps', '--all', '--no-trunc', '--filter', label, '--format', '{{.ID}} {{.State}}'];
  const { stdout } = await attempt('docker', args, { env: world.parts.env });
  return stdout.split('\n').filter((line) => line !== '');
}
