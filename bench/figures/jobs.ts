/** Jobs that are due at once against as many `docker run`, and what schedules cost the worker that keeps them. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runCommand } from '../../activities/shared/run-command.js';
import { jobLogFile, scheduleId } from '../../workflows/contract.js';
import { waitFor, type World } from '../../test/support/world/index.js';
import type { Bench, Figure } from '../bench.js';
import { residentMegabytes } from '../measure.js';
import type { Row } from '../row.js';
import { bringUp, deployLines, JOB_COMMAND, jobLines, jobName, makeStack, type BenchStack } from '../stack.js';
import { median } from '../statistics.js';
import type { BenchTemporal } from '../temporal.js';

const SETTLE_MS = 10_000;
const BARE = 'docker run --rm, all at once';

export const jobs: Figure = {
  name: 'jobs',
  about:
    'start of jobs that are due at once against bare docker run, events of a run, memory of a worker with schedules',
  async measure(bench) {
    const [atOnce, schedules] = bench.asked.small ? [10, 20] : [100, 200];
    const stack = await makeStack(bench, { checkouts: 2, services: 1 });
    const temporal = await bringUp(bench, stack);
    await deployLines(stack, ["export NOTE='a deployment without jobs'"], 'No jobs');
    const without = await restingMemory(bench, stack.world, 'without jobs');
    await deployLines(stack, jobLines(stack.world, schedules), `${schedules} jobs`);
    const withSchedules = await restingMemory(bench, stack.world, `with ${schedules} schedules`);
    const starts = await startsOf(bench, stack, temporal, atOnce);
    return [
      ...starts,
      await eventsRow(stack, temporal),
      {
        figure: 'jobs',
        what: `resident memory of the worker with ${schedules} schedules`,
        unit: 'MB',
        ours: [withSchedules],
        baseline: { name: 'the same worker without', values: [without] },
        goal: { times: 1.2, plus: 0 },
      },
    ];
  },
};

async function restingMemory(bench: Bench, { upkeep }: World, what: string): Promise<number> {
  bench.say(`the worker is left alone for ${SETTLE_MS / 1000} s, ${what}`);
  await pause(SETTLE_MS);
  if (upkeep.pid === undefined) throw new Error('birdkeeper up has ended');
  return residentMegabytes(upkeep.pid);
}

const uptime = async (): Promise<number> => Number((await readFile('/proc/uptime', 'utf8')).split(' ')[0]);

/** Seconds from when all were due to the begin of each container. */
async function startsOf(bench: Bench, stack: BenchStack, temporal: BenchTemporal, count: number): Promise<Row[]> {
  const [ours, bare]: [number[][], number[][]] = [[], []];
  for (let round = 0; round <= bench.asked.runs; round += 1) {
    bench.say(`${count} jobs at once, and ${count} docker run, round ${round} of ${bench.asked.runs}`);
    const taken = [await lagsOfJobs(stack, temporal, count), await lagsOfRuns(stack.world, count)] as const;
    if (round === 0) continue;
    ours.push(taken[0]);
    bare.push(taken[1]);
  }
  const row = (what: string, of: (lags: number[]) => number): Row => ({
    figure: 'jobs',
    what: `${what} of ${count} jobs that are due at once`,
    unit: 's',
    ours: ours.map(of),
    baseline: { name: BARE, values: bare.map(of) },
  });
  return [row('start of the middle one', median), row('start of the last one', (lags) => Math.max(...lags))];
}

async function lagsOfJobs({ world, ref }: BenchStack, { client }: BenchTemporal, count: number): Promise<number[]> {
  const indexes = Array.from({ length: count }, (_, index) => index);
  const logs = indexes.map((index) => join(world.parts.settings.logDirectory, jobLogFile(jobName(world, index))));
  const before = await Promise.all(logs.map(async (log) => (await uptimesIn(log)).length));
  const due = await uptime();
  await Promise.all(
    indexes.map((index) => client.schedule.getHandle(scheduleId('job', ref, jobName(world, index))).trigger()),
  );
  return Promise.all(
    logs.map(async (log, index) => {
      const started = await waitFor(`a run of job ${index}`, async () => (await uptimesIn(log))[before[index] ?? 0], {
        within: 300_000,
        every: 500,
      });
      return started - due;
    }),
  );
}

async function uptimesIn(log: string): Promise<number[]> {
  const text = await readFile(log, 'utf8').catch(() => '');
  return [...text.matchAll(/\| (\d+\.\d+) \d+\.\d+$/gm)].map(([, seconds]) => Number(seconds));
}

async function lagsOfRuns({ images, parts }: World, count: number): Promise<number[]> {
  const due = await uptime();
  const args = ['run', '--rm', images.base, ...JOB_COMMAND.split(' ')];
  const options = () => ({ env: parts.env, signal: new AbortController().signal, timeoutMs: 300_000 });
  const ran = await Promise.all(Array.from({ length: count }, () => runCommand({ file: 'docker', args }, options())));
  return ran.map(({ stdout }) => Number(stdout.split(' ')[0]) - due);
}

async function eventsRow({ world, ref }: BenchStack, temporal: BenchTemporal): Promise<Row> {
  const handle = temporal.client.schedule.getHandle(scheduleId('job', ref, jobName(world, 0)));
  const { workflow } = (await handle.describe()).info.recentActions.at(-1)?.action ?? {};
  if (workflow === undefined) throw new Error('the job has not run');
  const { events } = await temporal.sizeOf(workflow.workflowId);
  return { figure: 'jobs', what: 'history of one run', unit: 'events', ours: [events], goal: { times: 0, plus: 20 } };
}
