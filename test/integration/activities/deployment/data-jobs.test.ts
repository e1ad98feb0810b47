import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { jobsFile } from '../../../../activities/deployment/container-jobs.js';
import { deployData } from '../../../../activities/deployment/data-jobs.js';
import type { Dependencies } from '../../../../activities/deployment/dependencies.js';
import { parseJobs } from '../../../../activities/jobs/parse.js';
import { recordJobs } from '../../../../activities/jobs/recorded.js';
import { localStep } from '../../../../activities/shared/step.js';
import { StateDirectory, type StackState } from '../../../../activities/state/index.js';
import { DataWorld } from '../data/data-world.js';
import { NO_LOG } from '../in-process.js';
import { says, webHost } from '../notices/web.js';

describe('activities/deployment/data-jobs', { timeout: 60_000 }, () => {
  let world: DataWorld;
  let stack: StackState;
  let deps: Dependencies;
  let server: Awaited<ReturnType<typeof webHost>>;
  beforeEach(async () => {
    world = await DataWorld.make();
    await world.push('maps', { 'a.nc': 'a' });
    await mkdir(world.at('stack'));
    await writeFile(world.at('stack', 'docker-compose.yml'), 'services: {web: {image: web}}');
    const state = new StateDirectory(world.at('state'));
    stack = await state.register({ name: 'birds', directory: world.at('stack') });
    server = await webHost(says(200));
    await writeFile(world.at('stack', 'env.local'), `export BIRDKEEPER_NOTIFY='${server.origin}/in'\n`);
    deps = {
      host: 'alpha',
      state,
      // Not in a container.
      engine: { ownContainer: () => Promise.resolve(undefined) },
      environment: { PATH: process.env.PATH ?? '', HOME: world.root },
      journal: NO_LOG,
      logDirectory: (configured: string) => Promise.resolve(configured),
      remember: () => Promise.resolve(),
    } as unknown as Dependencies;
  });
  afterEach(async () => {
    await server.close();
    await world.remove();
  });

  async function schedule(action: string, options = '') {
    const entry = world.entry('maps', {
      dir_maps: [{ source_dir: '.', dest_dir: world.place('maps') }],
      post_actions: [{ action }],
    });
    const config = { checkout_cache: world.at('cache') };
    await writeFile(world.at('job', 'job.yml'), JSON.stringify({ config, deploy: [entry] }));
    const text = `- {name: data, schedule: "@every 1h", image: "docker:cli", command: /deploy-data ${world.at('job', 'job.yml')}${options}}\n`;
    const { jobs, problems } = parseJobs([{ file: 'x', text }]);
    expect(problems).toEqual([]);
    await recordJobs(jobsFile(stack), jobs);
  }
  const run = (attempt: number, times = {}) =>
    deployData({ stack: 'birds', name: 'data', attempt, ...times }, localStep(), deps);
  const told = () => server.posted.map(({ body }) => (JSON.parse(body) as { kind: string }).kind);

  it('a failing action is tried again as often as the job says, and told after the last try', async () => {
    await schedule(
      `echo x >> ${world.at('tries')}; test $(wc -l < ${world.at('tries')}) -ge 3`,
      ', x-birdkeeper: {retries: 2}',
    );
    expect(await run(1)).toMatchObject({ failed: expect.stringContaining('maps') as string, retries: 2 });
    expect(await run(2)).toMatchObject({ retries: 1 });
    expect(told()).toEqual([]);
    expect(await run(3)).toMatchObject({ entries: [{ checkout: 'maps' }] });
    expect(await readFile(world.place('maps', 'a.nc'), 'utf8')).toBe('a');
  });

  it('without retries it fails at once, and its recovery is told when it is one', async () => {
    await schedule('false');
    await expect(run(1)).rejects.toMatchObject({ type: 'ApplyFailed' });
    expect(told()).toEqual(['job-failed']);
    await schedule('false', ', x-birdkeeper: {retries: 1}');
    expect(await run(1)).toMatchObject({ retries: 1 });
    expect(told()).toEqual(['job-failed']);
    await schedule('true');
    await run(1);
    expect(told()).toEqual(['job-failed', 'recovered']);
  });

  it('ends at its time limit, and can be run again', async () => {
    await schedule('sleep 600', ', x-birdkeeper: {timeout: 2s}');
    await expect(run(1)).rejects.toMatchObject({ message: 'It did not end within its time, 2 s.' });
    await schedule('true');
    expect(await run(1)).toMatchObject({ entries: [{ checkout: 'maps' }] });
  });

  it('is not begun when it waited for a worker for longer than it may be late', async () => {
    await schedule('true', ', x-birdkeeper: {catch-up: none}');
    const times = { due: '2026-01-01T00:00:00Z', takenAt: '2026-01-01T00:10:00Z' };
    expect(await run(1, times)).toEqual({ late: true });
    expect(await run(1, { ...times, takenAt: '2026-01-01T00:00:05Z' })).toMatchObject({ entries: [{}] });
  });
});
