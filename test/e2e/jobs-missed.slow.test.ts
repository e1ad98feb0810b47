import { mkdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { waitFor, type World } from '../support/world/index.js';
import { deployed, idle, useWorld } from '../support/world/in-vitest.js';
import { listedJobs } from '../support/world/jobs.js';

const SECOND = 1_000;
const PERIOD = 20 * SECOND;
const MINUTE = 60 * SECOND;
/** Several periods of most jobs, and one at least of that which is due every minute. */
const AWAY = 62 * SECOND;

const job = ({ project, dir, images }: World, name: string, schedule: string, catchUp?: string): string =>
  `- {name: ${project}-${name}, schedule: "${schedule}", image: "${images.base}", ` +
  `command: sh -c "echo run >> /seen/${name}", volumes: ["${dir}/seen:/seen"]` +
  `${catchUp === undefined ? '' : `, x-birdkeeper: {catch-up: ${catchUp}}`}}`;

/** `usual`: one period; `patient`: all that is missed is still in time; `strict`: nothing is. */
const settings = (world: World): string[] => [
  `export AUTODEPLOY_EXTRA_SCHEDULER_JOBS='
${job(world, 'usual', '@every 20s')}
${job(world, 'patient', '@every 20s', '1h')}
${job(world, 'strict', '@every 1m', 'none')}
'`,
];

/**
 * Waits as long, and on to a moment at which the last 20 seconds were just full, so that one missed run is in time, and the
 * last minute was not for ten seconds, the least time that Temporal takes for one.
 */
async function away(): Promise<number> {
  await pause(AWAY);
  return waitFor(
    'the right moment',
    () => {
      const now = Date.now();
      const isRight = now % PERIOD > SECOND && now % PERIOD < 3 * SECOND && now % MINUTE > PERIOD;
      return isRight && now;
    },
    { every: 100 },
  );
}

describe('jobs', () => {
  const world = useWorld({ name: 'missed' }, async (made) => {
    await mkdir(join(made.dir, 'seen'));
    await deployed(made);
    await made.releaseSettings({ extra: settings(made) }, 'Jobs that are due often');
    await waitFor('the deployment', async () => (await made.history()).length > 1);
    await idle(made);
  });

  const runsOf = async (name: string) => (await world().temporal()).runsOfJob(`${world().project}-${name}`);
  const closedRuns = async (name: string) => (await runsOf(name)).filter(({ status }) => status !== 'RUNNING');
  const since = async (name: string, from: number) => (await closedRuns(name)).filter(({ due }) => due > from);

  /** Waits until nothing is due for some seconds and nothing runs, so that nothing is cut by what comes. */
  async function untilQuiet(): Promise<void> {
    await waitFor('some runs', async () => (await closedRuns('usual')).length > 0);
    const isQuiet = async () => {
      const runs = (await Promise.all(['usual', 'patient', 'strict'].map(runsOf))).flat();
      const at = Date.now() % PERIOD;
      return at > 5 * SECOND && at < 12 * SECOND && runs.every(({ status }) => status === 'COMPLETED');
    };
    await waitFor('a quiet moment', isQuiet);
  }

  /** The runs that were due from then on, as soon as there are so many; each of them ran its container once. */
  async function afterReturn(name: string, from: number, least: number) {
    const runs = await waitFor(`${least} runs of ${name}`, async () => {
      const found = await since(name, from);
      return found.length >= least && found;
    });
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['COMPLETED']));
    const begun = (await readFile(join(world().dir, 'seen', name), 'utf8')).split('\n').length - 1;
    const known = (await runsOf(name)).length;
    expect([known, known - 1]).toContain(begun);
    return runs.map(({ due }) => due);
  }

  const expectRhythm = (dues: readonly number[], period: number) => {
    const steps = dues.slice(1).map((due, at) => due - (dues[at] ?? 0));
    expect(new Set(steps)).toEqual(new Set([period]));
  };
  const counts = async (name: string) => {
    const { missed = 0, skipped = 0 } = (await listedJobs(world()))[name] ?? {};
    return { missed, skipped };
  };

  it('missed while everything was down, a run is caught up with once on return, and the rhythm goes on', async () => {
    await untilQuiet();
    await world().stop();
    const from = Date.now();
    const back = await away();
    await world().up();

    const usual = await afterReturn('usual', from, 3);
    expect(usual.filter((due) => due < back)).toHaveLength(1);
    // The newest of those that were missed: what was due before it is too late.
    expect(back - (usual[0] ?? 0)).toBeLessThan(PERIOD);
    expectRhythm(usual, PERIOD);
    const patient = await afterReturn('patient', from, 3);
    expect(patient.filter((due) => due < back)).toHaveLength(1);
    expectRhythm(patient.slice(1), PERIOD);
    expect((patient[1] ?? 0) - back).toBeLessThan(PERIOD);
    expect((await counts('usual')).missed).toBeGreaterThan(0);

    const strict = await afterReturn('strict', from, 1);
    expect(strict.filter((due) => due < back)).toEqual([]);
    expect((strict[0] ?? 0) - back).toBeLessThan(MINUTE);
    expect((await counts('strict')).missed).toBeGreaterThan(0);
  });

  it('without a worker one run waits for it, and no other is added; the rhythm goes on', async () => {
    await untilQuiet();
    const before = await counts('usual');
    await world().kill9();
    const from = Date.now();
    const back = await away();
    await world().up();

    for (const name of ['usual', 'patient']) {
      const dues = await afterReturn(name, from, 3);
      expect(dues.filter((due) => due < back)).toHaveLength(1);
      expectRhythm(dues.slice(1), PERIOD);
      expect((dues[1] ?? 0) - back).toBeLessThan(PERIOD);
    }
    const after = await counts('usual');
    expect(after.missed).toBe(before.missed);
    expect(after.skipped - before.skipped).toBeGreaterThanOrEqual(2);
  });
});
