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
 * last minute was longer ago than a run that may not be late is let be late all the same.
 */
async function away(): Promise<number> {
  await pause(AWAY);
  return waitFor(
    'the right moment',
    () => {
      const now = Date.now();
      const isRight = now % PERIOD > SECOND && now % PERIOD < 3 * SECOND && now % MINUTE > 2 * PERIOD;
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
  async function afterReturn(name: string, from: number, least: number, notBegun = 0) {
    const runs = await waitFor(`${least} runs of ${name}`, async () => {
      const found = await since(name, from);
      return found.length >= least && found;
    });
    expect(new Set(runs.map(({ status }) => status))).toEqual(new Set(['COMPLETED']));
    const begun = await begunOf(name);
    const known = (await runsOf(name)).length - notBegun;
    expect([known, known - 1]).toContain(begun);
    return runs.map(({ due }) => due);
  }

  const begunOf = async (name: string) =>
    (await readFile(join(world().dir, 'seen', name), 'utf8').catch(() => '')).split('\n').length - 1;

  const expectRhythm = (dues: readonly number[], period: number) => {
    const steps = dues.slice(1).map((due, at) => due - (dues[at] ?? 0));
    expect(new Set(steps)).toEqual(new Set([period]));
  };
  const counts = async (name: string) => {
    const { missed = 0, skipped = 0 } = (await listedJobs(world()))[name] ?? {};
    return { missed, skipped };
  };

  it('scenario 27: missed while everything was down, a run is caught up with once on return, and the rhythm goes on', async () => {
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
    const strictly = await begunOf('strict');
    await world().kill9();
    const from = Date.now();
    const back = await away();
    await world().up();

    // It waited too, and what it waited for is too late.
    const [waited] = await waitFor('the end of what waited', async () => {
      const found = await since('strict', from);
      return found.length > 0 && found;
    });
    expect(waited?.due).toBeLessThan(back);
    const results = await (await world().temporal()).runsOf('runContainerJob');
    expect(results.map(({ result }) => (result as { outcome: string }).outcome)).toContain('too late');
    expect(await world().upkeep.printed()).toMatch(/Job \S+-strict of \S+ is not begun/);
    await afterReturn('strict', (waited?.due ?? 0) + 1, 1, 1);
    expect(await begunOf('strict')).toBe(strictly + 1);

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
